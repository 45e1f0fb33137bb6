import { Bullseye, Spinner } from "@patternfly/react-core";
import { useQuery } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { Problem } from "../api/problem";
import { Failed } from "../parts/states";
import { SignInPage } from "../session/SignInPage";
import { useSession } from "../session/current";
import { meQuery } from "../session/me";
import { words } from "../words/en";
import { router } from "./router";

/** Whoever is signed in sees the console; the address stays while somebody signs in (anew). */
export function App() {
  const session = useSession();
  const me = useQuery({ ...meQuery, enabled: session === "in" });
  const out = me.error instanceof Problem && me.error.signedOut;
  if (session !== "in" || out) {
    return <SignInPage ended={session === "in" && me.data !== undefined} />;
  }
  if (me.data !== undefined) return <RouterProvider router={router} />;
  return (
    <Bullseye>
      {me.isError ? (
        <main>
          <Failed error={me.error} retry={() => void me.refetch()} />
        </main>
      ) : (
        <Spinner aria-label={words.states.loading} />
      )}
    </Bullseye>
  );
}
