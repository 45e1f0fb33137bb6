import { Alert, Button, Card, CardBody, CardTitle, Content, Spinner } from "@patternfly/react-core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { client, got, setCsrfToken, type Schemas } from "../api/client";
import icon from "../frame/icon.svg";
import { Said } from "../parts/Confirm";
import { words } from "../words/en";
import { LINK_PATH, setSession, useSession } from "./current";
import { meQuery } from "./me";

type SignedIn = Schemas["SignedInView"];

/** The door. Whoever comes through is where they were before. */
export function SignInPage({ ended }: { ended: boolean }) {
  const state = useSession();
  const cache = useQueryClient();
  const entered = async (signed: SignedIn) => {
    setCsrfToken(signed.session.csrf_token);
    await cache.resetQueries(meQuery);
    await cache.fetchQuery(meQuery);
    setSession("in");
  };
  const certificate = useMutation({
    mutationFn: () => got(client.POST("/api/v11/sign-in/certificate/")),
    onSuccess: entered,
  });
  const byLink = useMutation({
    mutationFn: (token: string) => got(client.POST("/api/v11/sign-in/link/", { body: { token } })),
    onSuccess: entered,
    onError: () => setSession("out"),
  });
  const { mutate: takeLink, isIdle } = byLink;
  useEffect(() => {
    document.title = words.session.title;
    if (state !== "link" || !isIdle) return;
    const token = window.location.hash.slice(1);
    window.history.replaceState(null, "", window.location.pathname === LINK_PATH ? "/" : window.location.pathname);
    takeLink(token);
  }, [state, isIdle, takeLink]);
  return (
    <main className="aos-door">
      <Card isLarge className="aos-door-card">
        <CardTitle component="h1">
          <span className="aos-brand">
            <img src={icon} alt="" width="32" height="32" /> {words.session.title}
          </span>
        </CardTitle>
        <CardBody>
          <div className="aos-stack">
            {ended ? <Alert variant="info" isInline title={words.session.ended} /> : null}
            {byLink.isPending ? <Spinner aria-label={words.session.linkWorking} /> : null}
            {byLink.isError ? (
              <Alert variant="warning" isInline title={words.session.linkFailed}>
                {words.session.linkFailedCure}
              </Alert>
            ) : null}
            <Button
              variant="primary"
              isBlock
              size="lg"
              isLoading={certificate.isPending}
              isDisabled={certificate.isPending}
              onClick={() => certificate.mutate()}
            >
              {words.session.certificate}
            </Button>
            {certificate.isError ? <Said error={certificate.error} /> : null}
            <Content component="small">{words.session.certificateHow}</Content>
            <Content component="small">{words.session.linkHow}</Content>
          </div>
        </CardBody>
      </Card>
    </main>
  );
}
