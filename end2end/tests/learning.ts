// Taking a course in the player, with the right answers from the demo's own files.

import { readFileSync } from "node:fs";
import { type Locator, type Page, expect } from "@playwright/test";
import { literally } from "./support.ts";

interface Question {
  prompt: string;
  options: { text: string; correct: boolean; feedback: string }[];
}

interface Lesson {
  title: string;
  kind: "text" | "video" | "quiz" | "download";
  download?: { name: string; content: string };
  quiz?: { questions: Question[] };
}

export interface Course {
  slug: string;
  title: string;
  provider: string;
  price: string;
  lessons: Lesson[];
}

/** A course of the demo, as it was written. */
export function demoCourse(category: string, slug: string): Course {
  const file = new URL(`../../crates/catalog/demo/courses/${category}.json`, import.meta.url);
  const found = (JSON.parse(readFileSync(file, "utf8")) as Course[]).find((course) => course.slug === slug);
  expect(found, `${slug} in ${file.pathname}`).toBeTruthy();
  return found as Course;
}

/** The lesson that is open. */
export async function atLesson(page: Page, title: string): Promise<void> {
  await expect(page.getByRole("heading", { level: 1, name: title, exact: true })).toBeVisible();
}

/** The outline's own words on how far the learner is. */
export async function progressIs(page: Page, done: number, total: number): Promise<void> {
  const outline = page.getByRole("navigation", { name: "Lessons" });
  await expect(outline.getByRole("progressbar")).toHaveJSProperty("value", done);
  await expect(outline.getByText(`${done} of ${total} lessons`).first()).toBeAttached();
  await expect(outline.getByText("(done)")).toHaveCount(done);
}

/** The way on from a lesson that is not a quiz. */
export async function markAsDone(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Mark as done and continue" }).click();
}

function question(page: Page, asked: Question): Locator {
  return page.getByRole("group", { name: new RegExp(`: *${literally(asked.prompt)}$`) });
}

/** Answers the open quiz: as it should be, or with one wrong answer. */
export async function answer(page: Page, lesson: Lesson, how: "right" | "wrong"): Promise<void> {
  const questions = lesson.quiz?.questions ?? [];
  for (const [place, asked] of questions.entries()) {
    const isWrong = how === "wrong" && place === 0;
    for (const option of asked.options) {
      const box = question(page, asked).getByLabel(option.text, { exact: true });
      const chosen = option.correct !== isWrong;
      // A radio button can't be taken back, only replaced.
      if ((await box.getAttribute("type")) === "checkbox") {
        await box.setChecked(chosen);
      } else if (chosen && (!isWrong || option === asked.options.find((other) => !other.correct))) {
        await box.check();
      }
    }
  }
  await page.getByRole("button", { name: /^(Check my answers|Try again)$/ }).click();
}

/** What is said of a wrong first answer. */
export async function isTold(page: Page, lesson: Lesson): Promise<void> {
  const asked = lesson.quiz?.questions[0] as Question;
  const group = question(page, asked);
  await expect(group).toContainText("Not right yet");
  await expect(group).toContainText(asked.options.find((option) => !option.correct)?.feedback ?? "");
}

/** Passes the open quiz. */
export async function pass(page: Page, lesson: Lesson): Promise<void> {
  await answer(page, lesson, "right");
  await expect(page.getByRole("heading", { name: "You passed with 100%" })).toBeVisible();
}
