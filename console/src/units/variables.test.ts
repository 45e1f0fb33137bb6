import { describe, expect, it } from "vitest";
import { asked, concerned } from "./variables";

const instance = (item_id: string, subject_id: string, number: number, target_version: string | null = "1.0.0") => ({
  item_id, subject_id, instance: number, target_version, actual_version: null,
  codename: item_id, subject: subject_id, node: "", runtime: "", state: "", error: "",
});
const ALL = [instance("a", "s", 0), instance("a", "s", 1), instance("a", "t", 0), instance("b", "s", 0), instance("a", "s", 2, null)];
const UNTIL = new Date("2026-03-01T10:00:00Z");

describe("variables for a while", () => {
  it("concern what the Unit is to run, of the subject and the instance that are said", () => {
    expect(concerned(ALL, { item: "a", subject: "", instance: "" })).toHaveLength(3);
    expect(concerned(ALL, { item: "a", subject: "s", instance: "" })).toHaveLength(2);
    expect(concerned(ALL, { item: "a", subject: "", instance: "0" })).toHaveLength(2);
    expect(concerned(ALL, { item: "a", subject: "s", instance: "2" })).toHaveLength(0);
  });
  it("are asked for by name, each once", () => {
    const of = { item: "a", subject: "", instance: "" };
    const pairs = [{ name: " LEVEL ", value: " debug" }, { name: "", value: "lost" }];
    expect(asked(of, pairs, UNTIL)).toEqual({
      item_id: "a", subject_id: null, instance: null, until: "2026-03-01T10:00:00.000Z", values: { LEVEL: " debug" },
    });
    expect(asked({ item: "a", subject: "s", instance: "1" }, pairs, UNTIL)).toMatchObject({ subject_id: "s", instance: 1 });
    expect(asked(of, [...pairs, { name: "LEVEL", value: "" }], UNTIL)).toBeUndefined();
    expect(asked(of, [{ name: "", value: "x" }], UNTIL)).toBeUndefined();
    expect(asked({ ...of, item: "" }, pairs, UNTIL)).toBeUndefined();
  });
});
