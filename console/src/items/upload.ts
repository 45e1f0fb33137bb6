import { csrfHeader, type Schemas } from "../api/client";
import { problemOf, Problem } from "../api/problem";
import { words } from "../words/en";

type Bundle = Schemas["BundleView"];

/** Sends a bundle with progress, which `fetch` does not tell; `signal` cancels it. */
export function sendBundle(file: File, signal: AbortSignal, told: (bytes: number) => void): Promise<Bundle> {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file, file.name);
    request.open("POST", "/api/v11/deployment-bundles/upload/");
    for (const [name, value] of csrfHeader()) request.setRequestHeader(name, value);
    request.responseType = "json";
    request.upload.onprogress = (event) => told(event.loaded);
    request.onload = () => {
      if (request.status < 300) done(request.response as Bundle);
      else failed(problemOf(request.status, request.response, request.getResponseHeader("x-request-id")));
    };
    request.onerror = () => failed(new Problem(0, { message: words.problem.unreachable }));
    request.onabort = () => failed(new DOMException(words.bundles.cancelled, "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}
