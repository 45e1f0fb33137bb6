import { describe, expect, it } from "vitest";
import { codenames } from "./codenames";

describe("codenames", () => {
  it("are read from lines", () => {
    expect(codenames(" hello-server \n\nhello-client, hello-server")).toEqual(["hello-server", "hello-client"]);
    expect(codenames("")).toEqual([]);
  });
});
