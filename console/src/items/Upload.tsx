import { Alert, AlertActionCloseButton, Button, Progress } from "@patternfly/react-core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState, type DragEvent } from "react";
import { Problem } from "../api/problem";
import { Said } from "../parts/Confirm";
import { bytes } from "../parts/format";
import { words } from "../words/en";
import { Reasons } from "./Reasons";
import { sendBundle } from "./upload";

const w = words.bundles;

/** Takes a bundle by drag and drop or from a file dialog, and says what came of it, item by item. */
export function Upload() {
  const cache = useQueryClient();
  const input = useRef<HTMLInputElement>(null);
  const stop = useRef<AbortController>(undefined);
  const [over, setOver] = useState(false);
  const [sent, setSent] = useState(0);
  const upload = useMutation({
    mutationFn: (file: File) => {
      stop.current = new AbortController();
      setSent(0);
      return sendBundle(file, stop.current.signal, setSent);
    },
    onSettled: () => Promise.all(["bundles", "items"].map((name) => cache.invalidateQueries({ queryKey: [name] }))),
  });
  const { name, size } = upload.variables ?? { name: "", size: 0 };
  const whole = sent >= size; // with what a form is around it, a little more
  useLeaveAsked(upload.isPending);
  const take = (files: FileList | null) => {
    const file = files?.[0];
    if (file && !upload.isPending) upload.mutate(file);
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <div className="aos-stack">
      <div
        className={`aos-drop${over ? " aos-drop-over" : ""}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        {upload.isPending ? (
          <div className="aos-stack">
            <Progress
              value={size ? Math.min(100, Math.floor((100 * sent) / size)) : 0}
              title={whole ? w.checking(name) : w.sending(name, bytes(sent), bytes(size))}
              aria-label={w.upload}
            />
            <p className="aos-quiet">{w.stay}</p>
            <Button variant="link" onClick={() => stop.current?.abort()}>
              {words.frame.cancel}
            </Button>
          </div>
        ) : (
          <>
            <p>{w.drop}</p>
            <Button variant="secondary" className="aos-above" onClick={() => input.current?.click()}>
              {w.choose}
            </Button>
          </>
        )}
        <input ref={input} type="file" hidden aria-label={w.choose} onChange={(event) => {
            take(event.target.files);
            event.target.value = ""; // the same file again is a change too
          }} />
      </div>
      {upload.isSuccess ? (
        <Alert
          variant="success"
          isInline
          title={w.ready(upload.data.name)}
          actionClose={<AlertActionCloseButton onClose={() => upload.reset()} />}
        >
          <ul>
            {upload.data.items.map((item) => (
              <li key={item.item_id} className="aos-words">
                <Link to="/items/$id" params={{ id: item.item_id }}>
                  {item.codename}
                </Link>{" "}
                {item.version}
              </li>
            ))}
          </ul>
        </Alert>
      ) : null}
      {upload.isError ? <Refused name={name} error={upload.error} /> : null}
    </div>
  );
}

/** The browser asks before it leaves the page, which would end an upload. */
function useLeaveAsked(busy: boolean): void {
  useEffect(() => {
    if (!busy) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [busy]);
}

function Refused({ name, error }: { name: string; error: unknown }) {
  const lost = error instanceof Problem && error.status === 0;
  if (lost || error instanceof DOMException) {
    return (
      <Alert variant={lost ? "danger" : "info"} isInline title={lost ? w.broken(name) : w.cancelled}>
        {w.again}
      </Alert>
    );
  }
  const rejections = error instanceof Problem ? (error.said.rejections ?? []) : [];
  if (!rejections.length) return <Said error={error} />;
  return (
    <Alert variant="danger" isInline title={w.refused(name)}>
      <Reasons rejections={rejections} />
    </Alert>
  );
}
