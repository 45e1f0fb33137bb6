import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { attend, unattended } from "./attendance";

beforeEach(() => vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => vi.useRealTimers());

test("nobody is there a minute after the last sign of a person", () => {
  const page = new EventTarget();
  attend(page);
  page.dispatchEvent(new Event("keydown"));
  const typed = Date.now();
  expect(unattended(typed + 60_000)).toBe(false);
  expect(unattended(typed + 60_001)).toBe(true);
  vi.setSystemTime(typed + 3_600_000);
  expect(unattended()).toBe(true);
  page.dispatchEvent(new Event("pointermove"));
  expect(unattended()).toBe(false);
});
