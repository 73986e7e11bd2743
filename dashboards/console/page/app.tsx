import { useCallback, useEffect, useState } from "react";
import { whoAmI, type User } from "../outside/api.ts";
import { createSiren } from "../outside/siren.ts";
import { useTheme } from "../outside/theme.ts";
import { text } from "../words/text.ts";
import { useWords } from "../words/language.tsx";
import { ChangePassword } from "./change-password.tsx";
import { DutyPage } from "./duty-page.tsx";
import { LogIn } from "./log-in.tsx";

type Session =
  | { readonly kind: "asking" }
  | { readonly kind: "unreachable" }
  | { readonly kind: "out"; readonly ended: boolean }
  | { readonly kind: "in"; readonly user: User };

/** Sound outlives the login: a session that ends at night must still be heard. */
const siren = createSiren();

/** Who sits here decides what is shown: nobody, somebody with a given password, or the duty desk. */
export const App = () => {
  const { say } = useWords();
  const look = useTheme();
  const [session, ask, setSession] = useSession();

  const endSession = useCallback(() => {
    setSession({ kind: "out", ended: true });
    siren.set("link-lost");
  }, [setSession]);

  switch (session.kind) {
    case "asking":
      return <p className="plain">{say(text.loading)}</p>;
    case "unreachable":
      return (
        <p className="plain banner lost" role="alert">
          {say(text.centerUnreachable)}
        </p>
      );
    case "out":
      return (
        <LogIn
          ended={session.ended}
          look={look}
          onIn={(user) => setSession({ kind: "in", user })}
        />
      );
    case "in":
      return session.user.mustChangePassword ? (
        <ChangePassword onDone={ask} />
      ) : (
        <DutyPage
          user={session.user}
          look={look}
          siren={siren}
          onSignedOut={endSession}
          onLeft={() => {
            siren.set("quiet");
            setSession({ kind: "out", ended: false });
          }}
        />
      );
  }
};

const useSession = () => {
  const [session, setSession] = useState<Session>({ kind: "asking" });
  const ask = useCallback(() => {
    void whoAmI().then((answer) => {
      if (answer.ok) setSession({ kind: "in", user: answer.value.user });
      else if (answer.error.kind === "signed-out") setSession({ kind: "out", ended: false });
      else setSession({ kind: "unreachable" });
    });
  }, []);
  useEffect(() => {
    if (session.kind === "asking") ask();
    if (session.kind !== "unreachable") return;
    const timer = setTimeout(ask, 2_000);
    return () => clearTimeout(timer);
  }, [session, ask]);
  return [session, ask, setSession] as const;
};
