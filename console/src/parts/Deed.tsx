import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useOnce, type Once } from "../api/once";
import { Confirm } from "./Confirm";

interface Props<Made> {
  title: string;
  /** What the button says, where that is not the title. */
  action?: string;
  will: ReactNode;
  run: (once: Once) => Promise<Made>;
  /** Nouns, or keys of queries. */
  touches: (string | string[])[];
  danger?: boolean;
  disabled?: boolean;
  onDone?: (made: Made) => void;
  onClose: () => void;
}

/** One change of one thing: says what will happen, does it, and has what it touches asked for anew. */
export function Deed<Made>({ title, action = title, will, run, touches, danger, disabled, onDone, onClose }: Props<Made>) {
  const cache = useQueryClient();
  const once = useOnce();
  const deed = useMutation({
    mutationFn: () => run(once),
    onSuccess: (made) => {
      onClose();
      onDone?.(made);
    },
    onSettled: () => touches.forEach((touched) => void cache.invalidateQueries({ queryKey: [touched].flat() })),
  });
  return (
    <Confirm
      title={title}
      action={action}
      danger={danger}
      busy={deed.isPending}
      disabled={disabled}
      error={deed.error}
      onConfirm={() => deed.mutate()}
      onClose={onClose}
    >
      {typeof will === "string" ? <p className="aos-words">{will}</p> : will}
    </Confirm>
  );
}
