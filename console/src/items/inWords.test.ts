import { expect, test } from "vitest";
import { healthInWords, quotasInWords, startsInWords } from "./inWords";
import type { Configuration } from "./queries";

const NONE: Configuration["quotas"] = {
  cpu_dmips: null,
  ram_bytes: null,
  storage_bytes: null,
  state_bytes: null,
  tmp_bytes: null,
  upload_bits_per_s: null,
  download_bits_per_s: null,
  upload_bytes: null,
  download_bytes: null,
  open_files: null,
  processes: null,
};

test("limits have their units, and those that are none are not there", () => {
  expect(quotasInWords(NONE)).toEqual([]);
  const some = { ...NONE, cpu_dmips: 1500, ram_bytes: 64 * 1024 * 1024, download_bits_per_s: 2_500_000, open_files: 0 };
  expect(quotasInWords(some)).toEqual([
    ["CPU", "at most 1,500 DMIPS"],
    ["RAM", "at most 64 MiB"],
    ["Download speed", "at most 2.5 Mbit/s"],
    ["Open files", "at most 0"],
  ]);
});

test("a health check is a sentence", () => {
  const check = { type: "http", port: 80, path: "/up", command: [], interval_s: 5, timeout_s: 1.5, start_period_s: 60, retries: 3 } as const;
  expect(healthInWords({ ...check, command: [] })).toBe(
    "http on port 80, /up; every 5 s, each within 1.5 s; first after 1 min; unhealthy after 3 failures in a row",
  );
  expect(healthInWords({ ...check, type: "exec", command: ["/check", "me"], start_period_s: 0, retries: 1 })).toBe(
    "runs /check me; every 5 s, each within 1.5 s; unhealthy after 1 failure",
  );
  expect(healthInWords(null)).toContain("none");
});

test("starts say when a Unit gives up and when it tries again", () => {
  expect(startsInWords({ start_interval_s: null, start_burst: null, restart_interval_s: null })).toBe("");
  expect(startsInWords({ start_interval_s: 10, start_burst: 3, restart_interval_s: 1 })).toBe("given up after 3 within 10 s, again after 1 s");
});
