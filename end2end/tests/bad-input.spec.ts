// What nobody should send. A clear error, the right status, nothing leaked.

import { randomUUID } from "node:crypto";
import { type APIRequestContext, type APIResponse, request as requests } from "@playwright/test";
import { post } from "./places.ts";
import { DEMO, LEARNER, expect, from, test } from "./support.ts";

const COURSE = "model-evaluation-from-first-principles";
const SQL = `'; drop table users; -- " or 1=1) union select null`;
const HTML = `"><script>alert(1)</script><img src=x onerror=alert(1)>`;
const SAME_ORIGIN = { "sec-fetch-site": "same-origin" };

let nobody: APIRequestContext;
let learner: APIRequestContext;
/** An order and an enrollment of somebody else. */
let others: { order: string; enrollment: string; lesson: string };

test.beforeEach(async ({ baseURL }) => {
  const extraHTTPHeaders = { accept: "text/html", ...from() };
  nobody = await requests.newContext({ baseURL, extraHTTPHeaders });
  learner = await requests.newContext({ baseURL, storageState: LEARNER, extraHTTPHeaders });
});

test.beforeAll(async ({ baseURL }) => {
  const demo = await requests.newContext({ baseURL, storageState: DEMO });
  const order = (await (await demo.get("/account/orders")).text()).match(/\/orders\/([0-9a-f-]{36})/)?.[1];
  const path = (await (await demo.get("/learn")).text()).match(/\/learn\/([0-9a-f-]{36})\/lessons\/([0-9a-f-]{36})/);
  others = { order: order ?? "", enrollment: path?.[1] ?? "", lesson: path?.[2] ?? "" };
  expect(Object.values(others).every((id) => id.length === 36), "the demo's learner has something").toBe(true);
  await demo.dispose();
});

test.afterEach(async () => {
  await Promise.all([nobody, learner].map((context) => context?.dispose()));
});

/** The status, and that nothing of the inside shows. */
async function answers(answer: APIResponse, ...statuses: number[]): Promise<string> {
  const text = await answer.text();
  expect(statuses, `the status of ${answer.url().slice(0, 120)}`).toContain(answer.status());
  expect(text).not.toMatch(/panicked|sqlx|RUST_BACKTRACE|\.rs:\d|relation "|syntax error at/i);
  return text;
}

async function isProblem(answer: APIResponse, status: number): Promise<void> {
  await answers(answer, status);
  expect(answer.headers()["content-type"]).toContain("application/problem+json");
  expect(await answer.json()).toMatchObject({ status, type: expect.any(String), title: expect.any(String) });
}

test.describe("the catalogue", () => {
  test("a query of 10,000 characters", async () => {
    for (const q of ["a".repeat(10_000), "word ".repeat(2_000), '"'.repeat(10_000), "é".repeat(5_000)]) {
      const page = await answers(await nobody.get(`/courses?q=${encodeURIComponent(q)}`), 200);
      expect(page).toContain("<h1");
      await answers(await nobody.get(`/api/v1/courses?q=${encodeURIComponent(q)}`), 200);
      await answers(await nobody.get(`/api/fn/catalog/suggest?prefix=${encodeURIComponent(q)}`), 200);
    }
  });

  test("pages that are not there", async () => {
    for (const page of ["1000000000", "99999999999999999999", "-1", "0", "one", "1.5", ""]) {
      expect(await answers(await nobody.get(`/courses?page=${page}`), 200)).toContain("<h1");
      await answers(await nobody.get(`/courses/${COURSE}/reviews?page=${page}`), 200);
    }
  });

  test("filters that are not there", async () => {
    for (const name of ["category", "skill", "level", "provider", "price", "rating", "duration", "delivery", "sort"]) {
      for (const value of [SQL, `</title>${HTML}`, "x".repeat(5_000), ""]) {
        const page = await answers(await nobody.get(`/courses?${name}=${encodeURIComponent(value)}`), 200);
        expect(page).not.toContain("<script>alert(1)");
      }
    }
    await answers(await nobody.get(`/courses?${"category=x&".repeat(3_000)}`), 200, 414, 431);
  });

  test("bytes that are no UTF-8", async () => {
    for (const bytes of ["%FF%FE", "%C3%28", "%", "%zz", "%E2%82", "%00", "%ED%A0%80"]) {
      await answers(await nobody.get(`/courses?q=${bytes}`), 200, 400);
      await answers(await nobody.get(`/api/v1/courses?q=${bytes}`), 200, 400);
      for (const path of ["/courses/", "/providers/", "/api/v1/courses/", "/checkout/", "/covers/", "/"]) {
        await answers(await nobody.get(`${path}${bytes}`), 404, 400);
      }
    }
  });

  test("SQL and HTML in the query come back as text", async () => {
    for (const q of [SQL, HTML, "</title><script>alert(1)</script>", "</script><script>alert(1)</script>"]) {
      const page = await answers(await nobody.get(`/courses?q=${encodeURIComponent(q)}`), 200);
      expect(page).not.toContain("<script>alert(1)");
      expect(page).not.toContain("<img src=x");
    }
    await answers(await nobody.get("/health"), 200);
  });
});

test.describe("forms", () => {
  test("SQL and HTML in every field come back as text, and secrets not at all", async () => {
    for (const typed of [SQL, HTML]) {
      for (const [page, path, fields] of [
        ["/sign-up", "account/sign-up", ["name", "email", "password", "versions", "next"]],
        ["/sign-in", "account/sign-in", ["email", "password", "next"]],
        ["/forgotten-password", "account/request-reset", ["email"]],
        ["/reset-password?token=x", "account/reset-password", ["token", "password"]],
        ["/confirm-email?token=x", "account/confirm-email", ["token", "next"]],
      ] as const) {
        const form = Object.fromEntries(fields.map((field) => [field, typed]));
        const referer = new URL(page, (await nobody.get("/health")).url()).href;
        const sent = await nobody.post(`/api/fn/${path}`, {
          form,
          headers: { ...SAME_ORIGIN, referer },
          maxRedirects: 0,
        });
        await answers(sent, 302, 303);
        const back = sent.headers().location ?? "";
        expect(back, "back to the page that the form stood on").toContain(page.split("?")[0]);
        const shown = await answers(await nobody.get(back), 200);
        expect(shown).not.toContain("<script>alert(1)");
        expect(shown).not.toContain("<img src=x");
        expect(shown).toContain('role="alert"');
        expect(shown).not.toMatch(/type="password"[^>]* value="[^"]/);
      }
    }
  });

  test("an error in the address is only ever shown as text", async () => {
    const error = encodeURIComponent(Buffer.from(JSON.stringify({ kind: "conflict", message: HTML })).toString("base64url"));
    for (const err of [error, HTML, "%FF", ""]) {
      const page = await answers(await nobody.get(`/sign-in?__path=/api/fn/account/sign-in&__err=${err}`), 200, 400);
      expect(page).not.toContain("<script>alert(1)");
    }
  });

  test("types that are wrong, and fields that are missing", async () => {
    const ids = { enrollment: others.enrollment, lesson: others.lesson };
    const headers = { ...SAME_ORIGIN, accept: "application/json" };
    for (const [path, form] of [
      ["checkout/buy", { slug: COURSE, price: "abc" }],
      ["checkout/buy", { slug: COURSE, price: "99999999999999999999999" }],
      ["checkout/buy", {}],
      ["learner/complete-lesson", { enrollment: "nonsense", lesson: SQL }],
      ["learner/submit-quiz", { ...ids, submission: "nonsense" }],
      ["learner/write-review", { enrollment: "nonsense", rating: "many" }],
      ["account/end-session", { session: HTML }],
    ] as [string, Record<string, string>][]) {
      await answers(await learner.post(`/api/fn/${path}`, { form, headers }), 400, 404, 422);
    }
    await answers(await learner.post("/api/fn/checkout/buy", { data: "{", headers }), 400, 415, 422);
  });

  test("a body past its limit", async () => {
    const big = "x".repeat(300_000);
    for (const accept of ["application/json", "text/html"]) {
      const form = { email: big, password: big };
      await answers(await nobody.post("/api/fn/account/sign-in", { form, headers: { ...SAME_ORIGIN, accept } }), 413);
    }
    await answers(await nobody.post("/webhooks/stripe", { data: "x".repeat(1_200_000) }), 413);
  });

  test("a form of another site", async ({ baseURL }) => {
    const form = { email: "a@example.com", password: "whatever it may be" };
    for (const headers of [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { "sec-fetch-site": "cross-site", origin: baseURL ?? "" },
      { origin: "https://elsewhere.example" },
      { origin: "null" },
    ]) {
      for (const path of ["/api/fn/account/sign-in", "/sign-out", "/theme", "/api/fn/checkout/buy"]) {
        await isProblem(await nobody.post(path, { form, headers: headers as Record<string, string> }), 403);
      }
    }
  });

  test("signing in leads only to pages of our own", async () => {
    for (const next of ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "javascript:alert(1)"]) {
      const page = await answers(await nobody.get(`/sign-in?next=${encodeURIComponent(next)}`), 200);
      expect(page).not.toMatch(/href="[^"]*elsewhere/);
      const signedIn = await learner.get(`/sign-in?next=${encodeURIComponent(next)}`, { maxRedirects: 0 });
      expect(signedIn.headers().location).toBe("/learn");
    }
  });
});

test.describe("what is not there, or not one's own", () => {
  test("unknown addresses", async () => {
    const id = randomUUID();
    for (const path of [
      "/nothing",
      "/courses/nothing",
      "/courses/nothing/reviews",
      `/courses/${COURSE}/preview/${id}`,
      `/courses/${COURSE}/preview/nonsense`,
      "/providers/nothing",
      "/checkout/nothing",
      `/orders/${id}`,
      "/orders/nonsense",
      `/learn/${id}`,
      `/learn/${id}/lessons/${id}`,
      "/learn/nonsense/lessons/nonsense",
      `/learn/${id}/review`,
      `/learn/${id}/files/${id}`,
      "/covers/nonsense.svg",
      `/covers/${id}/card.png`,
      `/covers/${id}/card-0123456789abcdef.png`,
      `/covers/${id}/card-nonsense.png`,
      "/pkg/nothing.js",
      "/media/../../Cargo.toml",
      "/pkg/%2e%2e/%2e%2e/Cargo.toml",
    ]) {
      await answers(await learner.get(path), 404);
    }
  });

  test("other people's things", async () => {
    const { order, enrollment, lesson } = others;
    for (const path of [
      `/orders/${order}`,
      `/orders/${order}?paid=1`,
      `/api/fn/checkout/order-status?id=${order}`,
      `/learn/${enrollment}`,
      `/learn/${enrollment}/lessons/${lesson}`,
      `/learn/${enrollment}/review`,
      `/learn/${enrollment}/files/${lesson}`,
    ]) {
      await answers(await learner.get(path), 404);
    }
    const headers = { ...SAME_ORIGIN, accept: "application/json" };
    for (const [path, form] of [
      ["complete-lesson", { enrollment, lesson }],
      ["save-note", { enrollment, lesson, body: "mine now" }],
      ["submit-quiz", { enrollment, lesson, submission: randomUUID() }],
      ["write-review", { enrollment, rating: "1", title: "Not mine", body: "" }],
    ] as [string, Record<string, string>][]) {
      await answers(await learner.post(`/api/fn/learner/${path}`, { form, headers }), 404);
    }
  });

  test("nobody is sent to sign in, and back", async () => {
    for (const path of ["/learn", "/account", "/account/orders", `/checkout/${COURSE}`, `/orders/${others.order}`, `/learn/${others.enrollment}`]) {
      const answer = await nobody.get(path, { maxRedirects: 0 });
      await answers(answer, 302, 303);
      expect(decodeURIComponent(answer.headers().location ?? "")).toBe(`/sign-in?next=${path}`);
    }
    const sent = await nobody.post("/api/fn/checkout/buy", {
      form: { slug: COURSE, price: "24900" },
      headers: { ...SAME_ORIGIN, accept: "application/json" },
    });
    await answers(sent, 401);
  });
});

test.describe("programs", () => {
  test("a webhook with a wrong signature", async () => {
    const data = JSON.stringify({ id: "evt_1", type: "checkout.session.completed", data: {} });
    const now = Math.floor(Date.now() / 1000);
    for (const signature of [undefined, "", "nonsense", `t=${now},v1=${"0".repeat(64)}`, `t=1,v1=${"0".repeat(64)}`]) {
      const headers = { "content-type": "application/json", ...(signature === undefined ? {} : { "stripe-signature": signature }) };
      await answers(await nobody.post("/webhooks/stripe", { data, headers }), 400);
    }
  });

  test("the API answers with problem documents", async () => {
    await isProblem(await nobody.get("/api/v1/nothing"), 404);
    await isProblem(await nobody.get("/api/v1/courses/nothing"), 404);
    await isProblem(await nobody.get(`/api/v1/courses/${randomUUID()}`), 404);
    await isProblem(await nobody.get("/api/v1/courses?limit=1000000000"), 400);
    await isProblem(await nobody.get("/api/v1/courses?limit=many"), 400);
    await isProblem(await nobody.get(`/api/v1/courses?cursor=${encodeURIComponent(SQL)}`), 400);
    await isProblem(await nobody.delete("/api/v1/courses"), 405);
    const answer = await nobody.get("/api/v1/courses?limit=2");
    expect(await answer.json()).toMatchObject({ items: [{}, {}], next_cursor: expect.any(String) });
  });

  test("a form for a function that is not there", async () => {
    await answers(await post(nobody, "/api/fn/nothing/at-all", {}), 400, 404);
  });
});
