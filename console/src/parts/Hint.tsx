import { FormHelperText, HelperText, HelperTextItem } from "@patternfly/react-core";

/** A line below a field: what it is for, or what is wrong with it. */
export function Hint({ children, bad = false }: { children: string; bad?: boolean }) {
  return (
    <FormHelperText>
      <HelperText>
        <HelperTextItem variant={bad ? "error" : "default"}>{children}</HelperTextItem>
      </HelperText>
    </FormHelperText>
  );
}
