// What the browser is told: which scripts may run, and when one has asked for too much.

import { type APIResponse, request as requests } from "@playwright/test";
import { awake, expect, from, test } from "./support.ts";

test("only our own scripts and styles run", async ({ page, complaints }) => {
  complaints.expect(/Content Security Policy/);
  const answer = await page.goto("/courses");
  const policy = answer?.headers()["content-security-policy"] ?? "";
  expect(policy).toMatch(/script-src 'self' 'nonce-[\w-]{22,}' 'wasm-unsafe-eval'/);
  expect(policy).not.toContain("unsafe-inline");
  await awake(page);
  const ran = await page.evaluate(() => {
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.head.append(script);
    const paragraph = document.createElement("p");
    paragraph.innerHTML = '<b style="color: rgb(1, 2, 3)" onclick="window.ran = true">x</b>';
    document.body.append(paragraph);
    const bold = paragraph.firstElementChild as HTMLElement;
    bold.click();
    return { script: "ran" in window, colour: getComputedStyle(bold).color };
  });
  expect(ran.script).toBe(false);
  expect(ran.colour).not.toBe("rgb(1, 2, 3)");
});

test("a nonce is good for one answer", async ({ request }) => {
  const nonce = async () => (await request.get("/")).headers()["content-security-policy"]?.match(/'nonce-([\w-]+)'/)?.[1];
  const [one, other] = [await nonce(), await nonce()];
  expect(one).toBeTruthy();
  expect(one).not.toBe(other);
});

test("whoever asks too often is told when to try again", async ({ page, baseURL }) => {
  const program = await requests.newContext({ baseURL, extraHTTPHeaders: from() });
  const asked: APIResponse[] = [];
  while (asked.length < 200) {
    asked.push(...(await Promise.all(Array.from({ length: 10 }, () => program.get("/api/v1/nothing")))));
  }
  const refused = asked.filter((answer) => answer.status() === 429);
  expect(asked.length - refused.length).toBeGreaterThanOrEqual(100);
  expect(refused.length).toBeGreaterThan(0);
  for (const answer of refused) {
    expect(Number(answer.headers()["retry-after"])).toBeGreaterThan(0);
    expect(answer.headers()["content-type"]).toContain("application/problem+json");
  }
  const words = await (await program.get("/courses", { headers: { accept: "text/html" } })).text();
  expect(words).toContain("</h1>");
  await program.dispose();
  // Somebody else at another address is not touched.
  expect((await page.goto("/courses"))?.status()).toBe(200);
});
