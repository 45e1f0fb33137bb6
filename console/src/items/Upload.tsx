import { Alert, AlertActionCloseButton, Button, Progress } from "@patternfly/react-core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useRef, useState, type DragEvent } from "react";
import { Problem } from "../api/problem";
import { Said } from "../parts/Confirm";
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
  const [percent, setPercent] = useState(0);
  const upload = useMutation({
    mutationFn: (file: File) => {
      stop.current = new AbortController();
      setPercent(0);
      return sendBundle(file, stop.current.signal, setPercent);
    },
    onSettled: () => Promise.all(["bundles", "items"].map((name) => cache.invalidateQueries({ queryKey: [name] }))),
  });
  const name = upload.variables?.name ?? "";
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
            <Progress value={percent} title={percent < 100 ? w.sending(name, percent) : w.checking(name)} measureLocation="none" aria-label={w.upload} />
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
        <input ref={input} type="file" hidden aria-label={w.choose} onChange={(event) => take(event.target.files)} />
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

function Refused({ name, error }: { name: string; error: unknown }) {
  if (error instanceof DOMException) return <Alert variant="info" isInline title={w.cancelled} />;
  const rejections = error instanceof Problem ? (error.said.rejections ?? []) : [];
  if (!rejections.length) return <Said error={error} />;
  return (
    <Alert variant="danger" isInline title={w.refused(name)}>
      <Reasons rejections={rejections} />
    </Alert>
  );
}
