// What the tests share: the test itself, which also fails on a console error, and the people who use the site.

import { readFileSync } from "node:fs";
import { type APIRequestContext, type ConsoleMessage, type Page, test as base, expect } from "@playwright/test";

export { expect };

export const SANDBOX = process.env.SANDBOX_URL ?? "http://127.0.0.1:3001";

/** Where the signed-in browsers of the run are kept. */
export const LEARNER = "test-results/people/learner.json";
export const DEMO = "test-results/people/demo.json";
export const OWNER = "test-results/people/owner.json";
export const ADMIN = "test-results/people/admin.json";

export const FREE_COURSE = "ai-for-everyone-a-first-morning";

export const PASSWORD = "copper lantern meadow 41";
/** Of the demo's people. */
export const DEMO_PASSWORD = "guildhall-demo-2026";
const DEMO_LEARNER = { email: "learner@demo.guildhall.test", password: "guildhall-demo-2026" };

export interface Person {
  name: string;
  email: string;
  password: string;
}

/** Somebody whom the site has never seen. */
export function somebody(given: string): Person {
  const unique = `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 6)}`;
  return {
    name: `${given} Tester`,
    email: `${given.toLowerCase()}.${unique}@people.example.com`,
    password: PASSWORD,
  };
}

/** What the browser complains about; the test fails when it is not empty at its end. */
export class Complaints {
  readonly found: string[] = [];
  private readonly expected: RegExp[] = [];

  /** For a page that is meant to answer with an error: the browser reports the status of the page itself. */
  expect(what: RegExp): void {
    this.expected.push(what);
  }

  hear(text: string): void {
    this.found.push(text);
  }

  unexpected(): string[] {
    return this.found.filter((text) => !this.expected.some((what) => what.test(text)));
  }

  watch(page: Page): void {
    page.on("console", (message: ConsoleMessage) => {
      if (message.type() === "error") {
        this.hear(`${message.text()} (${message.location().url})`);
      }
    });
    page.on("pageerror", (error) => this.hear(`uncaught: ${error.message}`));
  }
}

// The header's script is the first in the page to be awake, and listens for Escape on the window. It wakes up together
// with all the others.
const NOTICE_AWAKENING = `{
  const listen = EventTarget.prototype.addEventListener;
  EventTarget.prototype.addEventListener = function (name, ...rest) {
    if (this === window && name === "keydown") window.isAwake = true;
    return listen.call(this, name, ...rest);
  };
}`;

/** An address that nobody had before: the site counts requests by address, and takes the word of this machine on it. */
export function from(): { "x-forwarded-for": string } {
  const [one, two] = crypto.getRandomValues(new Uint8Array(2));
  return { "x-forwarded-for": `198.${18 + Math.floor(Math.random() * 2)}.${one}.${two}` };
}

export const test = base.extend<{ complaints: Complaints }>({
  extraHTTPHeaders: async ({ extraHTTPHeaders }, use) => {
    await use({ ...extraHTTPHeaders, ...from() });
  },
  complaints: [
    async ({ context }, use) => {
      const complaints = new Complaints();
      await context.addInitScript(NOTICE_AWAKENING);
      context.on("page", (page) => complaints.watch(page));
      await use(complaints);
      expect(complaints.unexpected(), "console errors").toEqual([]);
    },
    { auto: true },
  ],
});

/** Waits until the page's scripts have come and taken over. */
export async function awake(page: Page): Promise<void> {
  await page.waitForFunction(() => "isAwake" in window, undefined, { timeout: 30_000 });
  // What wakes up in the same breath has done so after this.
  await page.evaluate(() => new Promise((done) => setTimeout(done, 50)));
}

interface Message {
  to: string;
  subject: string;
  text: string;
}

/** The mails that an address has got, the newest first. */
export async function mails(request: APIRequestContext, to: string): Promise<Message[]> {
  const answer = await request.get(`${SANDBOX}/sandbox/outbox.json`, { params: { to } });
  expect(answer.status(), "the outbox").toBe(200);
  return (await answer.json()) as Message[];
}

/** Waits for a mail with this subject. */
export async function mail(request: APIRequestContext, to: string, subject: string): Promise<Message> {
  let found: Message | undefined;
  await expect
    .poll(
      async () => {
        found = (await mails(request, to)).find((message) => message.subject.includes(subject));
        return found !== undefined;
      },
      { message: `a mail "${subject}" to ${to}`, timeout: 30_000, intervals: [100, 200, 400, 800] },
    )
    .toBe(true);
  return found as Message;
}

/** The first link of a mail that leads to this path. */
export function link(message: Message, path: string): string {
  const found = message.text.match(/https?:\/\/\S+/g)?.find((url) => new URL(url).pathname === path);
  expect(found, `a link to ${path} in:\n${message.text}`).toBeTruthy();
  const url = new URL(found as string);
  return url.pathname + url.search;
}

/** From the front page to a confirmed account, through the forms. */
export async function signUp(page: Page, person: Person): Promise<void> {
  await page.goto("/");
  await page.getByRole("banner").getByRole("link", { name: "Create an account" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Create an account" })).toBeVisible();
  await page.getByLabel("Your name").fill(person.name);
  await page.getByLabel("Email address").fill(person.email);
  await page.getByLabel("Choose a password").fill(person.password);
  await page.getByLabel("I agree to the terms of use").check();
  await page.getByRole("button", { name: "Create my account" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Check your email" })).toBeVisible();
  await expect(page.getByRole("main")).toContainText(person.email);
  await page.goto(link(await mail(page.request, person.email, "Confirm your email address"), "/confirm-email"));
  await page.getByRole("button", { name: "Confirm my email address" }).click();
  await expect(page.getByText("Your email address is confirmed")).toBeVisible();
}

/** Signs in on the page that is open, or on the sign-in page. */
export async function signIn(page: Page, person: { email: string; password: string }): Promise<void> {
  if (!page.url().includes("/sign-in")) {
    await page.goto("/sign-in");
  }
  const form = page.getByRole("main");
  await form.getByLabel("Email address").fill(person.email);
  await form.getByLabel("Password", { exact: true }).fill(person.password);
  await form.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page).not.toHaveURL(/\/sign-in/);
}

/** Signs in the learner of the demo, who has courses and orders already. */
export async function signInAsDemo(page: Page): Promise<void> {
  await signIn(page, DEMO_LEARNER);
}

/** The address and the name of the run's own learner. */
export function learner(): Person {
  return JSON.parse(readFileSync(`${LEARNER}.person`, "utf8")) as Person;
}

/** Searches with the page's own search field. */
export async function search(page: Page, words: string): Promise<void> {
  const field = page.getByRole("main").getByRole("search");
  await field.getByLabel("Search courses").fill(words);
  await field.getByRole("button", { name: "Search" }).click();
  await expect(page).toHaveURL(/\/courses\?.*q=/);
}

/** Text as part of a regular expression. */
export function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
