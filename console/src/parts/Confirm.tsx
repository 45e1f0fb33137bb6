import { Alert, Button, Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core";
import type { ReactNode } from "react";
import { Problem } from "../api/problem";
import { words } from "../words/en";

interface Props {
  title: string;
  children: ReactNode;
  action: string;
  danger?: boolean;
  busy?: boolean;
  disabled?: boolean;
  error?: unknown;
  /** It has happened, and there is something to read: one button, which closes. */
  done?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Says in plain words what will happen, and to how many, before it does. Enter in its only field confirms, where that does no harm. */
export function Confirm({ title, children, action, danger, busy, disabled, error, done, onConfirm, onClose }: Props) {
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="confirm-title" aria-describedby="confirm-body">
      <ModalHeader title={title} labelId="confirm-title" titleIconVariant={danger ? "warning" : undefined} />
      <ModalBody id="confirm-body">
        <div
          className="aos-stack"
          onSubmit={(event) => {
            event.preventDefault();
            if (!danger && !busy && !disabled && !done) onConfirm();
          }}
        >
          {children}
          {error ? <Said error={error} /> : null}
        </div>
      </ModalBody>
      <ModalFooter>
        {done ? null : (
          <Button variant={danger ? "danger" : "primary"} onClick={onConfirm} isLoading={busy} isDisabled={busy || disabled}>
            {action}
          </Button>
        )}
        <Button variant={done ? "primary" : "link"} onClick={onClose}>
          {done ? words.frame.done : words.frame.cancel}
        </Button>
      </ModalFooter>
    </Modal>
  );
}

/** What the API said to a change that it refused. */
export function Said({ error }: { error: unknown }) {
  const problem = error instanceof Problem ? error : undefined;
  return (
    <Alert variant="danger" isInline title={problem?.sentence ?? (error instanceof Error ? error.message : String(error))}>
      {problem?.said.cure ? <p className="aos-words">{problem.said.cure}</p> : null}
      {problem?.requestId ? <p className="aos-quiet aos-id">{words.states.requestId(problem.requestId)}</p> : null}
    </Alert>
  );
}
