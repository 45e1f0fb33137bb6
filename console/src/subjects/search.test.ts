import { describe, expect, it } from "vitest";
import { namesIn, subjectsAsked, subjectsSearch } from "./search";

describe("subjects", () => {
  it("are asked for by type", () => {
    expect(subjectsAsked(subjectsSearch({ type: "user" }))).toMatchObject({ type: "user", ordering: "title" });
    expect(subjectsAsked(subjectsSearch({ type: "robot" })).type).toBeUndefined();
  });
  it("have node labels with commas between", () => {
    expect(namesIn(" gpu, main ,")).toEqual(["gpu", "main"]);
    expect(namesIn(" ")).toBeNull();
  });
});
