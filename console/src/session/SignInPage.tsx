import { Alert, Button, Card, CardBody, CardTitle, Content, Divider, Spinner } from "@patternfly/react-core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, type ReactNode } from "react";
import { client, got, setCsrfToken } from "../api/client";
import { Problem } from "../api/problem";
import icon from "../frame/icon.svg";
import { Said } from "../parts/Confirm";
import { words } from "../words/en";
import { arrived, setSession, useSession } from "./current";
import { meQuery } from "./me";
import { joinWithPasskey, passkeysHere, signInWithPasskey, type SignedIn } from "./passkeys";

const w = words.session;

/** The door. Whoever comes through is where they were before. */
export function SignInPage({ ended }: { ended: boolean }) {
  const state = useSession();
  const cache = useQueryClient();
  const entered = async (signed: SignedIn) => {
    const before = cache.getQueryData(meQuery.queryKey);
    if (before?.id !== signed.user_id) cache.clear(); // what somebody else saw is not for them
    setCsrfToken(signed.session.csrf_token);
    await cache.resetQueries(meQuery);
    await cache.fetchQuery(meQuery);
    setSession("in");
  };
  if (state === "invited") return <Invited onEntered={entered} />;
  if (state === "choice") return <Choice onEntered={entered} />;
  return <Door ended={ended} onEntered={entered} />;
}

function Door({ ended, onEntered }: { ended: boolean; onEntered: (signed: SignedIn) => Promise<void> }) {
  const state = useSession();
  const ways = useQuery({ queryKey: ["ways"], queryFn: () => got(client.GET("/api/v11/sign-in/")), staleTime: Infinity });
  const certificate = useMutation({
    mutationFn: () => got(client.POST("/api/v11/sign-in/certificate/")),
    onSuccess: onEntered,
  });
  const passkey = useMutation({ mutationFn: signInWithPasskey, onSuccess: onEntered });
  const byLink = useMutation({
    mutationFn: (token: string) => got(client.POST("/api/v11/sign-in/link/", { body: { token } })),
    onSuccess: onEntered,
    onError: () => setSession("out"),
  });
  const { mutate: takeLink, isIdle } = byLink;
  useEffect(() => {
    if (state === "link" && isIdle && arrived.link) takeLink(arrived.link);
  }, [state, isIdle, takeLink]);
  return (
    <Framed title={w.title}>
      {ended ? <Alert variant="info" isInline title={w.ended} /> : null}
      {byLink.isPending ? <Spinner aria-label={w.linkWorking} /> : null}
      {byLink.isError ? (
        <Alert variant="warning" isInline title={w.linkFailed}>
          {w.linkFailedCure}
        </Alert>
      ) : null}
      {arrived.error ? (
        <Alert variant="danger" isInline title={w.openidFailed}>
          <p className="aos-words">{arrived.error}</p>
        </Alert>
      ) : null}
      {ways.isError ? <Said error={ways.error} /> : null}
      {ways.data?.passkey && !passkeysHere() ? <p className="aos-quiet">{w.passkeyNone}</p> : null}
      {ways.data?.passkey && passkeysHere() ? (
        <>
          <Way title={w.passkey} primary working={passkey.isPending} onGo={() => passkey.mutate()} />
          {passkey.isError ? <PasskeySaid error={passkey.error} /> : null}
          <Divider />
        </>
      ) : null}
      {ways.data?.openid ? (
        <Button variant="secondary" isBlock size="lg" component="a" href={openidAddress()}>
          {w.openid(ways.data.openid)}
        </Button>
      ) : null}
      <Way title={w.certificate} working={certificate.isPending} onGo={() => certificate.mutate()} />
      {certificate.isError ? <Said error={certificate.error} /> : null}
      <Content component="small">{w.certificateHow}</Content>
      <Content component="small">{w.linkHow}</Content>
    </Framed>
  );
}

/** An invitation, taken up with a new passkey. */
function Invited({ onEntered }: { onEntered: (signed: SignedIn) => Promise<void> }) {
  const join = useMutation({
    mutationFn: () => joinWithPasskey(arrived.invitation ?? "", w.passkeyTitle),
    onSuccess: onEntered,
  });
  return (
    <Framed title={w.invited}>
      <p>{passkeysHere() ? w.invitedHow : w.passkeyNone}</p>
      {passkeysHere() ? <Way title={w.invitedGo} primary working={join.isPending} onGo={() => join.mutate()} /> : null}
      {join.isError ? <PasskeySaid error={join.error} /> : null}
      {join.error instanceof Problem && join.error.status < 500 ? <Content component="small">{w.invitedFailed}</Content> : null}
      <Button variant="link" isInline onClick={() => setSession("out")}>
        {w.invitedOther}
      </Button>
    </Framed>
  );
}

/** Which of one's users to be, after a sign-in at a provider. */
function Choice({ onEntered }: { onEntered: (signed: SignedIn) => Promise<void> }) {
  const token = arrived.choice ?? "";
  const choices = useQuery({
    queryKey: ["choices"],
    queryFn: () => got(client.POST("/api/v11/sign-in/choices/", { body: { token } })),
    retry: false,
    staleTime: Infinity,
  });
  const choose = useMutation({
    mutationFn: (user: string) => got(client.POST("/api/v11/sign-in/choice/", { body: { token, user_id: user } })),
    onSuccess: (chosen) => {
      window.history.replaceState(null, "", chosen.next);
      return onEntered(chosen);
    },
  });
  return (
    <Framed title={w.choose}>
      <p>{w.chooseHow}</p>
      {choices.isPending ? <Spinner aria-label={words.states.loading} /> : null}
      {choices.isError ? <Said error={choices.error} /> : null}
      {choices.data?.items.map((one) => (
        <Way
          key={one.user_id}
          title={`${one.username}, ${one.organization} (${words.people.roles[one.role] ?? one.role})`}
          working={choose.isPending}
          onGo={() => choose.mutate(one.user_id)}
        />
      ))}
      {choose.isError ? <Said error={choose.error} /> : null}
      <Button variant="link" isInline onClick={() => setSession("out")}>
        {w.chooseOther}
      </Button>
    </Framed>
  );
}

function openidAddress(): string {
  const here = window.location.pathname + window.location.search;
  return `/api/v11/sign-in/openid/?next=${encodeURIComponent(here)}`;
}

/** What went wrong: the API's words, or that the person or their device said no. */
function PasskeySaid({ error }: { error: unknown }) {
  if (error instanceof Problem) return <Said error={error} />;
  return <Alert variant="warning" isInline title={w.passkeyNot} />;
}

function Way({ title, primary = false, working, onGo }: { title: string; primary?: boolean; working: boolean; onGo: () => void }) {
  return (
    <Button variant={primary ? "primary" : "secondary"} isBlock size="lg" isLoading={working} isDisabled={working} onClick={onGo}>
      {title}
    </Button>
  );
}

function Framed({ title, children }: { title: string; children: ReactNode }) {
  useEffect(() => {
    document.title = title;
  }, [title]);
  return (
    <main className="aos-door">
      <Card isLarge className="aos-door-card">
        <CardTitle component="h1">
          <span className="aos-brand">
            <img src={icon} alt="" width="32" height="32" /> {title}
          </span>
        </CardTitle>
        <CardBody>
          <div className="aos-stack">{children}</div>
        </CardBody>
      </Card>
    </main>
  );
}
