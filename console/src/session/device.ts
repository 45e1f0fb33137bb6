const BROWSERS: [RegExp, string][] = [
  [/Edg\//, "Edge"],
  [/OPR\//, "Opera"],
  [/Firefox\//, "Firefox"],
  [/HeadlessChrome|Chrome\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const SYSTEMS: [RegExp, string][] = [
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Windows/, "Windows"],
  [/Mac OS X/, "macOS"],
  [/CrOS/, "ChromeOS"],
  [/Linux|X11/, "Linux"],
];

/** What a browser says of itself, in a few words; what is not known stays as it was said. */
export function deviceWords(said: string): string {
  const browser = BROWSERS.find(([known]) => known.test(said))?.[1];
  const system = SYSTEMS.find(([known]) => known.test(said))?.[1];
  if (browser === undefined) return said || "?";
  return system === undefined ? browser : `${browser} on ${system}`;
}
