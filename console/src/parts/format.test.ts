import { describe, expect, it } from "vitest";
import { bytes, local, relative, span, utc } from "./format";

describe("times", () => {
  it("are in the viewer's zone, with UTC beside them", () => {
    expect(local("2026-03-01T23:30:00Z", "Europe/Berlin")).toBe("2 Mar 2026, 00:30:00");
    expect(utc("2026-03-01T23:30:00.123456Z")).toBe("2026-03-01 23:30:00");
  });
  it("are told as people say them", () => {
    const now = Date.parse("2026-03-01T12:00:00Z");
    expect(relative("2026-03-01T11:57:00Z", now)).toBe("3 minutes ago");
    expect(relative("2026-03-03T12:00:00Z", now)).toBe("in 2 days");
    expect(relative("2024-03-01T12:00:00Z", now)).toBe("2 years ago");
  });
});

describe("sizes", () => {
  it("are in binary units", () => {
    expect([bytes(0), bytes(1023), bytes(1536), bytes(5 * 1024 ** 3)]).toEqual(["0 B", "1023 B", "1.5 KiB", "5 GiB"]);
  });
});

describe("spans", () => {
  it("are told in the largest unit that is whole", () => {
    expect([1.5, 60, 5400, 86_400, 172_800].map(span)).toEqual(["1.5 s", "1 min", "90 min", "1 day", "2 days"]);
  });
});
