import { describe, expect, it } from "vitest";
import { problemOf } from "./problem";

describe("a problem", () => {
  it("says what the API said, with its request id", () => {
    const problem = problemOf(404, { message: "there is no unit x", request_id: "r1", kind: "not_found" }, null);
    expect([problem.message, problem.requestId, problem.status]).toEqual(["there is no unit x", "r1", 404]);
  });
  it("has its cure apart from what went wrong", () => {
    const problem = problemOf(409, { message: "a: in use (suspend it)", request_id: "r1", cure: "suspend it" }, null);
    expect(problem.sentence).toBe("a: in use");
    expect(problemOf(409, { message: "in use", request_id: "r1" }, null).sentence).toBe("in use");
  });
  it("has words for an answer that is no JSON", () => {
    const problem = problemOf(502, "<html>", "r2");
    expect([problem.message, problem.requestId, problem.passing]).toEqual(["the server answered 502", "r2", true]);
  });
});
