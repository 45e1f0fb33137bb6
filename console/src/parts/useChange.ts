import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Marked } from "../api/marked";
import { Problem } from "../api/problem";

const CHANGED_MEANWHILE = 412;

interface Change<T> {
  before: Marked<T>;
  read: () => Promise<Marked<T>>;
  write: (mark: string) => Promise<unknown>;
  touches: string[];
  onDone: () => void;
}

/** A change of what somebody else may change too: if they did, nothing is written, and one sees theirs first. */
export function useChange<T>({ before, read, write, touches, onDone }: Change<T>) {
  const cache = useQueryClient();
  const [seen, setSeen] = useState(before);
  const [theirs, setTheirs] = useState<T>();
  const save = useMutation({
    mutationFn: async () => {
      try {
        await write(seen.mark);
      } catch (error) {
        if (!(error instanceof Problem) || error.status !== CHANGED_MEANWHILE) throw error;
        const now = await read();
        setSeen(now);
        setTheirs(now.thing);
        return false;
      }
      return true;
    },
    onSuccess: (written) => (written ? onDone() : undefined),
    onSettled: () => Promise.all(touches.map((key) => cache.invalidateQueries({ queryKey: [key] }))),
  });
  return { save: () => save.mutate(), busy: save.isPending, error: save.error, theirs };
}
