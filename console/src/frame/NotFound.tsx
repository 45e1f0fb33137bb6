import { Button, PageSection } from "@patternfly/react-core";
import { Link } from "@tanstack/react-router";
import { PageHead } from "../parts/PageHead";
import { words } from "../words/en";

/** An address without a page. */
export function NotFound() {
  return (
    <>
      <PageHead title={words.frame.notFound} />
      <PageSection hasBodyWrapper={false}>
        <p>{words.frame.notFoundCure}</p>
        <p className="aos-above">
          <Button variant="primary" component={(props) => <Link {...props} to="/" />}>
            {words.frame.home}
          </Button>
        </p>
      </PageSection>
    </>
  );
}
