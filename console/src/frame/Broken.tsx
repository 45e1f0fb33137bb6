import { Button, PageSection } from "@patternfly/react-core";
import type { ErrorComponentProps } from "@tanstack/react-router";
import { PageHead } from "../parts/PageHead";
import { words } from "../words/en";

/** A page that could not be shown: a file of it did not come, or it has a fault. Loading anew fetches both. */
export function Broken({ error }: ErrorComponentProps) {
  return (
    <>
      <PageHead title={words.states.failed} />
      <PageSection hasBodyWrapper={false}>
        <p>{words.frame.broken}</p>
        <p className="aos-quiet aos-words">{error instanceof Error ? error.message : String(error)}</p>
        <p className="aos-above">
          <Button onClick={() => window.location.reload()}>{words.frame.reload}</Button>
        </p>
      </PageSection>
    </>
  );
}
