import { Button, EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter, Skeleton } from "@patternfly/react-core";
import { ExclamationCircleIcon, LockIcon, SearchIcon } from "@patternfly/react-icons";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Problem } from "../api/problem";
import { words } from "../words/en";

/** A few grey lines where something comes. */
export function Loading({ lines = 5 }: { lines?: number }) {
  return (
    <div role="status" aria-label={words.states.loading} className="aos-stack">
      {Array.from({ length: lines }, (_, index) => (
        <Skeleton key={index} width={`${95 - ((index * 17) % 40)}%`} />
      ))}
    </div>
  );
}

/** Nothing is there: what that means, and what to do next. */
export function Empty({ title, children, action }: { title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <EmptyState titleText={title} headingLevel="h2" icon={SearchIcon} variant="sm">
      {children ? <EmptyStateBody>{children}</EmptyStateBody> : null}
      {action ? (
        <EmptyStateFooter>
          <EmptyStateActions>{action}</EmptyStateActions>
        </EmptyStateFooter>
      ) : null}
    </EmptyState>
  );
}

/** The role may not see it. */
export function NotAllowed() {
  return (
    <EmptyState titleText={words.states.notAllowed} headingLevel="h2" icon={LockIcon} variant="sm">
      <EmptyStateBody>{words.states.notAllowedCure}</EmptyStateBody>
    </EmptyState>
  );
}

/** It did not work: what the API said, its cure, and the id under which its log has it. */
export function Failed({ error, retry }: { error: unknown; retry?: () => void }) {
  if (error instanceof Problem && error.notAllowed) return <NotAllowed />;
  const missing = error instanceof Problem && error.status === 404;
  return (
    <EmptyState
      titleText={missing ? words.states.missing : words.states.failed}
      headingLevel="h2"
      icon={missing ? SearchIcon : ExclamationCircleIcon}
      status={missing ? undefined : "danger"}
      variant="sm"
    >
      <EmptyStateBody>
        <p className="aos-words">{sentenceOf(error)}</p>
        {missing ? <p>{words.states.missingCure}</p> : null}
        {error instanceof Problem && error.said.cure ? <p className="aos-words">{error.said.cure}</p> : null}
        {error instanceof Problem && error.requestId ? (
          <p className="aos-quiet aos-id">{words.states.requestId(error.requestId)}</p>
        ) : null}
      </EmptyStateBody>
      {retry && !missing ? (
        <EmptyStateFooter>
          <EmptyStateActions>
            <Button variant="secondary" onClick={retry}>
              {words.states.retry}
            </Button>
          </EmptyStateActions>
        </EmptyStateFooter>
      ) : null}
    </EmptyState>
  );
}

function sentenceOf(error: unknown): string {
  return error instanceof Problem ? error.sentence : error instanceof Error ? error.message : String(error);
}

/** What a query gave, or its state; what was there stays while it is asked for anew. */
export function Shown<T>({
  query,
  lines,
  children,
}: {
  query: UseQueryResult<T>;
  lines?: number;
  children: (data: T) => ReactNode;
}) {
  if (query.data !== undefined) return <>{children(query.data)}</>;
  if (query.isError) return <Failed error={query.error} retry={() => void query.refetch()} />;
  return <Loading lines={lines} />;
}
