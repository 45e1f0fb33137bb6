import { ClipboardCopy } from "@patternfly/react-core";
import { words } from "../words/en";

/** Something that is shown once, to be copied. */
export function Secret({ label, value }: { label: string; value: string }) {
  return (
    <div className="aos-stack-tight">
      <span>{label}</span>
      <ClipboardCopy
        isReadOnly
        hoverTip={words.frame.copy}
        clickTip={words.frame.copied}
        textAriaLabel={label}
        toggleAriaLabel={label}
        copyAriaLabel={`${words.frame.copy}: ${label}`}
      >
        {value}
      </ClipboardCopy>
    </div>
  );
}
