// The first load of the catalogue: how much comes over the wire, and whether anything jumps.

import type { CDPSession, Page } from "@playwright/test";
import { awake, expect, test } from "./support.ts";

const KB = 1_000;

interface Transfer {
  url: string;
  kind: string;
  bytes: number;
  /** Compressed when the site was built, as only a release is. */
  precompressed: boolean;
}

/** Counts what comes over the wire, headers and all. */
async function count(page: Page): Promise<Map<string, Transfer>> {
  const transfers = new Map<string, Transfer>();
  const session: CDPSession = await page.context().newCDPSession(page);
  await session.send("Network.enable");
  await session.send("Network.setCacheDisabled", { cacheDisabled: true });
  session.on("Network.responseReceived", ({ requestId, type, response }) => {
    const headers = new Map(Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), value]));
    const precompressed = headers.has("content-encoding") && headers.has("content-length");
    transfers.set(requestId, { url: new URL(response.url).pathname, kind: type, bytes: 0, precompressed });
  });
  session.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    const transfer = transfers.get(requestId);
    if (transfer) {
      transfer.bytes = encodedDataLength;
    }
  });
  return transfers;
}

test("the catalogue's first load is light", async ({ page }) => {
  const counted = await count(page);
  await page.goto("/courses", { waitUntil: "networkidle" });
  await awake(page);
  await page.waitForLoadState("networkidle");
  const transfers = [...counted.values()];
  const sum = (of: (transfer: Transfer) => boolean) =>
    transfers.filter(of).reduce((bytes, transfer) => bytes + transfer.bytes, 0);
  const total = sum(() => true);
  const toRead = sum(({ kind }) => ["Document", "Stylesheet", "Font"].includes(kind));
  for (const { url, kind, bytes } of transfers.toSorted((one, other) => other.bytes - one.bytes)) {
    console.log(`${(bytes / KB).toFixed(1).padStart(8)} KB  ${kind.padEnd(10)} ${url}`);
  }
  console.log(`${(total / KB).toFixed(1).padStart(8)} KB  in all; to read and use the page: ${(toRead / KB).toFixed(1)} KB`);
  expect(toRead, "HTML, CSS and fonts").toBeLessThan(110 * KB);
  const program = transfers.find(({ url }) => url.endsWith(".wasm"));
  expect(program?.bytes, "the page's program was counted").toBeGreaterThan(10 * KB);
  if (program?.precompressed) {
    expect(total, "everything").toBeLessThan(300 * KB);
  } else {
    // A build for development is not made small, and says nothing of the release's weight.
    const rest = total - sum(({ url }) => url.startsWith("/pkg/") && !url.endsWith(".css"));
    console.log("a build for development: its program is not judged");
    expect(rest, "everything but the program").toBeLessThan(160 * KB);
  }
});

for (const width of [1280, 375]) {
  for (const path of ["/", "/courses", "/courses/model-evaluation-from-first-principles"]) {
    test(`nothing jumps on ${path} at ${width} pixels`, async ({ page }) => {
      await page.setViewportSize({ width, height: 800 });
      await page.addInitScript(() => {
        Object.assign(window, { shifted: 0 });
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
            if (!entry.hadRecentInput) {
              (window as unknown as { shifted: number }).shifted += entry.value;
            }
          }
        }).observe({ type: "layout-shift", buffered: true });
      });
      await page.goto(path, { waitUntil: "networkidle" });
      await awake(page);
      await page.evaluate(() => document.fonts.ready);
      await page.mouse.wheel(0, 1_500);
      await page.waitForTimeout(400);
      const shifted = await page.evaluate(() => (window as unknown as { shifted: number }).shifted);
      console.log(`layout shift of ${path} at ${width} pixels: ${shifted.toFixed(4)}`);
      expect(shifted).toBeLessThanOrEqual(0.02);
    });
  }
}
