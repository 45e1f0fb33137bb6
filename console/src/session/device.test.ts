import { describe, expect, it } from "vitest";
import { deviceWords } from "./device";

describe("a device", () => {
  it("is told as people call it", () => {
    const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36";
    expect(deviceWords(chrome)).toBe("Chrome on Linux");
    expect(deviceWords(`${chrome} Edg/126.0`)).toBe("Edge on Linux");
    expect(deviceWords("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1")).toBe("Safari on iOS");
  });
  it("that nobody knows is shown as it said", () => {
    expect([deviceWords("curl/8.5"), deviceWords("")]).toEqual(["curl/8.5", "?"]);
  });
});
