import { Breadcrumb, BreadcrumbItem } from "@patternfly/react-core";
import { Link } from "@tanstack/react-router";
import type { Entry } from "../frame/nav";

/** Above the title of one thing: the way back to the list that it is in. */
export function WayBack({ to, list, here }: { to: Entry["to"]; list: string; here: string }) {
  return (
    <Breadcrumb>
      <BreadcrumbItem render={({ className }) => <Link className={className} to={to}>{list}</Link>} />
      <BreadcrumbItem isActive>
        <span className="aos-name">{here}</span>
      </BreadcrumbItem>
    </Breadcrumb>
  );
}
