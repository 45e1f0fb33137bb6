import { Content, Flex, FlexItem, PageSection } from "@patternfly/react-core";
import { useEffect, type ReactNode } from "react";
import { words } from "../words/en";

interface Props {
  title: string;
  above?: ReactNode;
  beside?: ReactNode;
  actions?: ReactNode;
  children?: ReactNode;
}

/** The head of every page: its title, which is the tab's too, what is beside it, and what one can do. */
export function PageHead({ title, above, beside, actions, children }: Props) {
  useEffect(() => {
    document.title = `${title} · ${words.product}`;
  }, [title]);
  return (
    <PageSection hasBodyWrapper={false} className="aos-head">
      {above}
      <Flex justifyContent={{ default: "justifyContentSpaceBetween" }} alignItems={{ default: "alignItemsCenter" }}>
        <Flex alignItems={{ default: "alignItemsCenter" }} columnGap={{ default: "columnGapMd" }}>
          <Content component="h1" className="aos-title">
            {title}
          </Content>
          {beside}
        </Flex>
        {actions ? <FlexItem>{actions}</FlexItem> : null}
      </Flex>
      {children}
    </PageSection>
  );
}
