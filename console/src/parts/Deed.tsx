import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Confirm } from "./Confirm";

interface Props {
  title: string;
  action: string;
  will: ReactNode;
  run: () => Promise<unknown>;
  touches: string[];
  danger?: boolean;
  disabled?: boolean;
  onDone?: () => void;
  onClose: () => void;
}

/** One change of one thing: says what will happen, does it, and has what it touches asked for anew. */
export function Deed({ title, action, will, run, touches, danger = false, disabled, onDone, onClose }: Props) {
  const cache = useQueryClient();
  const deed = useMutation({
    mutationFn: run,
    onSuccess: () => {
      onClose();
      onDone?.();
    },
    onSettled: () => touches.forEach((noun) => void cache.invalidateQueries({ queryKey: [noun] })),
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
