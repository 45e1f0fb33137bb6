import { Link } from "@tanstack/react-router";
import { Problem } from "../api/problem";
import { useMay } from "../session/me";
import { words } from "../words/en";

/** Where a campaign does not start because its bundle has not passed: the way to its batches. */
export function Unverified({ error, bundle }: { error: unknown; bundle: string }) {
  const may = useMay();
  const refused = error instanceof Problem && error.status === 409 && error.said.element === "bundle";
  if (!refused || !may("verification_batches_list")) return null;
  return <Link to="/verification" search={{ bundle }}>{words.verification.seeBatches}</Link>;
}
