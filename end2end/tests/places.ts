// Every page of the site, and how to get to it.

import { readFileSync, writeFileSync } from "node:fs";
import type { APIRequestContext, Page } from "@playwright/test";
import { DEMO_PASSWORD, expect, FREE_COURSE } from "./support.ts";

export const COURSE = "model-evaluation-from-first-principles";
/** Costs money, and none of the other tests buys it. */
export const UNBOUGHT = "designing-services-that-use-ai";

export interface Place {
  name: string;
  path: string | ((found: Found) => string);
  /** What to do there before looking. */
  then?: (page: Page) => Promise<void>;
  /** The status of the page itself. */
  status?: number;
  /** Its screenshots are taken in the dark, too. */
  main?: boolean;
}

/** Addresses that are different in each run. */
export interface Found {
  paidOrder: string;
  pendingOrder: string;
  lessons: Record<"text" | "video" | "quiz" | "download", string>;
  review: string;
  preview: string;
}

const NOWHERE = "00000000-0000-7000-8000-000000000000";

export const PUBLIC: Place[] = [
  { name: "home", path: "/", main: true },
  { name: "courses", path: "/courses", main: true },
  { name: "courses-filtered", path: "/courses?q=data&level=beginner&price=free&sort=rating" },
  { name: "courses-mistyped", path: "/courses?q=evalation" },
  { name: "courses-none", path: "/courses?q=underwater+basketry&level=advanced" },
  { name: "course", path: `/courses/${COURSE}`, main: true },
  { name: "course-free", path: `/courses/${FREE_COURSE}` },
  { name: "reviews", path: `/courses/${COURSE}/reviews` },
  { name: "preview", path: (found) => found.preview },
  { name: "providers", path: "/providers" },
  { name: "provider", path: "/providers/pennine-skills" },
  { name: "sign-up", path: "/sign-up" },
  { name: "sign-up-errors", path: "/sign-up", then: (page) => send(page, "Create my account") },
  { name: "check-your-email", path: "/sign-up/check-your-email" },
  { name: "confirm-email", path: "/confirm-email?token=abc" },
  { name: "sign-in", path: "/sign-in?done=confirmed" },
  { name: "sign-in-errors", path: "/sign-in", then: (page) => send(page, "Sign in") },
  { name: "sign-in-code-too-late", path: "/sign-in/code" },
  { name: "keep-second-factor", path: "/sign-in/keep-second-factor?token=abc" },
  { name: "sign-out-already", path: "/sign-out" },
  { name: "sign-in-organisation", path: "/sign-in/organization" },
  {
    name: "sign-in-organisation-errors",
    path: "/sign-in/organization",
    then: (page) => send(page, "Continue"),
  },
  { name: "forgotten-password", path: "/forgotten-password" },
  { name: "forgotten-password-sent", path: "/forgotten-password?sent=yes" },
  { name: "reset-password", path: "/reset-password?token=abc" },
  { name: "not-found", path: "/there-is-nothing-here", status: 404 },
  { name: "course-not-found", path: "/courses/there-is-nothing-here", status: 404 },
  { name: "accessibility", path: "/accessibility" },
  { name: "privacy", path: "/privacy" },
  { name: "terms", path: "/terms" },
  { name: "transparency", path: "/transparency" },
  { name: "styleguide", path: "/styleguide" },
  { name: "api-docs", path: "/api/docs" },
];

export const SIGNED_IN: Place[] = [
  { name: "account", path: "/account?done=name" },
  { name: "sessions", path: "/account/sessions" },
  { name: "confirm-identity", path: "/account/confirm?next=/account" },
  { name: "account-errors", path: "/account", then: (page) => send(page, "Change my password") },
  { name: "security", path: "/account/security?done=kept" },
  { name: "security-totp", path: "/account/security/totp" },
  { name: "security-totp-errors", path: "/account/security/totp", then: (page) => send(page, "Go on") },
  { name: "security-recovery-codes", path: "/account/security/recovery-codes" },
  { name: "your-data", path: "/account/privacy?done=kept" },
  { name: "erase", path: "/account/privacy/erase" },
  { name: "erase-errors", path: "/account/privacy/erase", then: (page) => send(page, "Erase my account in 14 days") },
  { name: "agree", path: "/account/agree" },
  { name: "sign-out", path: "/sign-out" },
  { name: "checkout", path: `/checkout/${UNBOUGHT}`, main: true },
  { name: "checkout-cancelled", path: `/checkout/${UNBOUGHT}?cancelled=1` },
  { name: "checkout-free", path: "/checkout/ai-for-charity-trustees" },
  { name: "checkout-owned", path: `/checkout/${FREE_COURSE}` },
  { name: "order-pending", path: (found) => `/orders/${found.pendingOrder}` },
  { name: "order-confirming", path: (found) => `/orders/${found.pendingOrder}?paid=1` },
  { name: "order-not-found", path: `/orders/${NOWHERE}`, status: 404 },
  { name: "player-text", path: (found) => found.lessons.text, main: true },
  { name: "player-video", path: (found) => found.lessons.video },
  { name: "player-quiz", path: (found) => found.lessons.quiz },
  { name: "player-quiz-unanswered", path: (found) => found.lessons.quiz, then: (page) => send(page, "Check my answers") },
  { name: "player-download", path: (found) => found.lessons.download },
  { name: "review", path: (found) => found.review },
  { name: "review-errors", path: (found) => found.review, then: (page) => send(page, "Publish your review") },
  { name: "lesson-not-found", path: `/learn/${NOWHERE}/lessons/${NOWHERE}`, status: 404 },
];

/** Pages of the demo's learner, who has a history. */
export const WITH_HISTORY: Place[] = [
  { name: "learn", path: "/learn", main: true },
  { name: "orders", path: "/account/orders" },
  { name: "order-paid", path: (found) => `/orders/${found.paidOrder}` },
];

const ORGANISATION = "/account/organizations/leeds-city-council";

/** Pages of the demo's owner of an enterprise. */
export const OWNED: Place[] = [
  { name: "organisations", path: "/account/organizations" },
  { name: "organisation-new", path: "/account/organizations/new" },
  {
    name: "organisation-new-errors",
    path: "/account/organizations/new",
    then: (page) => send(page, "Set up the organisation"),
  },
  { name: "organisation", path: ORGANISATION, main: true },
  { name: "organisation-members", path: `${ORGANISATION}/members` },
  { name: "organisation-teams", path: `${ORGANISATION}/teams`, then: openAll },
  { name: "organisation-invitations", path: `${ORGANISATION}/invitations` },
  {
    name: "organisation-invitations-errors",
    path: `${ORGANISATION}/invitations`,
    then: (page) => send(page, "Send the invitation"),
  },
  { name: "organisation-domains", path: `${ORGANISATION}/domains` },
  { name: "organisation-sign-on", path: `${ORGANISATION}/sign-on` },
  { name: "organisation-sign-on-new", path: `${ORGANISATION}/sign-on/new?kind=generic`, then: proveAgain },
  { name: "invitation-too-late", path: "/invitations/abc", status: 409 },
  { name: "link-sign-on-nothing", path: "/account/link-sign-on" },
];

/** Pages of the demo's administrator. */
export const ADMINISTERED: Place[] = [
  { name: "admin", path: "/admin", main: true },
  { name: "admin-people", path: "/admin/people?q=demo.guildhall.test" },
  { name: "admin-people-none", path: "/admin/people?q=nobody-is-called-this" },
  {
    name: "admin-person",
    path: "/admin/people?q=learner@demo.guildhall.test",
    then: (page) => page.getByRole("main").getByRole("table").getByRole("link").first().click(),
  },
  { name: "admin-organisations", path: "/admin/organizations" },
  { name: "admin-organisation", path: "/admin/organizations/leeds-city-council" },
  { name: "admin-audit", path: "/admin/audit" },
];

async function openAll(page: Page): Promise<void> {
  for (const summary of await page.getByRole("main").locator("summary").all()) {
    await summary.click();
  }
}

/** Whoever signed in some time ago is asked again before a form with keys is shown. */
async function proveAgain(page: Page): Promise<void> {
  if (page.url().includes("/account/confirm")) {
    await page.getByRole("main").getByLabel("Password", { exact: true }).fill(DEMO_PASSWORD);
    await page.getByRole("main").getByRole("button", { name: "Confirm" }).click();
  }
  await expect(page.getByLabel("Client id")).toBeVisible();
}

/** Sends a form as it is. */
async function send(page: Page, button: string): Promise<void> {
  await page.getByRole("main").getByRole("button", { name: button, exact: true }).click();
  await expect(page.getByRole("alert").first()).toBeVisible();
}

const FOUND = "test-results/people/found.json";

/** What [prepare] found. */
export function found(): Found {
  return JSON.parse(readFileSync(FOUND, "utf8")) as Found;
}

/** Finds, and where needed makes, what the pages need: an order, a course half taken. */
export async function prepare(learner: APIRequestContext, demo: APIRequestContext): Promise<void> {
  const enrollment = await enrolInFreeCourse(learner);
  const api = await learner.get(`/api/v1/courses/${FREE_COURSE}`);
  const course = (await api.json()) as { modules: { lessons: { id: string; kind: string; preview: boolean }[] }[] };
  const lessons = course.modules.flatMap((module) => module.lessons);
  const first = (kind: string) => `${enrollment}/lessons/${lessons.find((lesson) => lesson.kind === kind)?.id}`;
  // More than half, so that a review may be written; the last ones stay open.
  for (const lesson of lessons.filter((lesson) => lesson.kind !== "quiz").slice(0, 6)) {
    const form = { enrollment: enrollment.split("/")[2] ?? "", lesson: lesson.id };
    const done = await post(learner, "/api/fn/learner/complete-lesson", form);
    expect(done.status(), `completing ${lesson.id}`).toBe(303);
  }
  const places: Found = {
    paidOrder: await firstOrder(demo),
    pendingOrder: await pendingOrder(learner),
    lessons: { text: first("text"), video: first("video"), quiz: first("quiz"), download: first("download") },
    review: `${enrollment}/review`,
    preview: `/courses/${FREE_COURSE}/preview/${lessons.find((lesson) => lesson.preview)?.id}`,
  };
  writeFileSync(FOUND, JSON.stringify(places));
}

/** A form as a browser without scripts sends it. */
export function post(request: APIRequestContext, path: string, form: Record<string, string>) {
  const headers = { accept: "text/html", "sec-fetch-site": "same-origin" };
  return request.post(path, { form, headers, maxRedirects: 0 });
}

async function enrolInFreeCourse(learner: APIRequestContext): Promise<string> {
  const answer = await post(learner, "/api/fn/checkout/buy", { slug: FREE_COURSE, price: "0" });
  expect(answer.status()).toBe(303);
  return answer.headers().location ?? "";
}

async function pendingOrder(learner: APIRequestContext): Promise<string> {
  const page = await (await learner.get(`/checkout/${UNBOUGHT}`)).text();
  const price = page.match(/name="price" value="(\d+)"/)?.[1] ?? "";
  const order = async () => (await (await learner.get("/account/orders")).text()).match(/\/orders\/([0-9a-f-]{36})">Designing/)?.[1];
  const answer = await post(learner, "/api/fn/checkout/buy", { slug: UNBOUGHT, price });
  expect(answer.headers().location).toContain("/c/pay/");
  const found = await order();
  expect(found, "the pending order").toBeTruthy();
  return found as string;
}

async function firstOrder(demo: APIRequestContext): Promise<string> {
  const found = (await (await demo.get("/account/orders")).text()).match(/\/orders\/([0-9a-f-]{36})"/)?.[1];
  expect(found, "an order of the demo's learner").toBeTruthy();
  return found as string;
}
