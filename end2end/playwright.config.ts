// The site runs already: BASE_URL says where, SANDBOX_URL where its payment service and its mail are, CHROMIUM which
// browser to use. `cargo xtask test` sets all three.

import { defineConfig } from "@playwright/test";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results/artifacts",
  // Two cores: the site and two browsers share them.
  workers: 2,
  fullyParallel: false,
  retries: 0,
  forbidOnly: Boolean(process.env.CI),
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [["line"], ["json", { outputFile: "test-results/results.json" }]],
  use: {
    baseURL: process.env.BASE_URL ?? "http://localhost:3000",
    viewport: { width: 1280, height: 900 },
    locale: "en-GB",
    actionTimeout: 15_000,
    navigationTimeout: 30_000,
    trace: "off",
    screenshot: "only-on-failure",
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
      args: FLAGS,
    },
  },
  projects: [
    { name: "accounts", testMatch: "accounts.setup.ts" },
    // The payment service's faults are switched on for everybody at once: whoever pays does so in one worker.
    {
      name: "buying",
      testMatch: /(journey|money|keyboard)\.spec\.ts/,
      workers: 1,
      dependencies: ["accounts"],
    },
    {
      name: "pages",
      testMatch: /(a11y|speed|bad-input|edges|second-factor|organisation|single-sign-on)\.spec\.ts/,
      dependencies: ["accounts"],
    },
    // The demo's people get second factors and lose them again: whoever signs in as them has done so.
    { name: "personas", testMatch: /personas\.spec\.ts/, dependencies: ["buying", "pages"] },
  ],
});
