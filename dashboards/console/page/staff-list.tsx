import { useEffect, useState } from "react";
import { fetchStaff, type Person } from "../outside/case-api.ts";

/** Whom a case can be dispatched to, offered while the account is typed; without it one types on. */
export const StaffList = ({ id }: { readonly id: string }) => {
  const [staff, setStaff] = useState<readonly Person[]>([]);
  useEffect(() => {
    let gone = false;
    void fetchStaff().then((answer) => {
      if (answer.ok && !gone) setStaff(answer.value.items);
    });
    return () => {
      gone = true;
    };
  }, []);
  return (
    <datalist id={id}>
      {staff.flatMap(({ account, name, area }) =>
        account === undefined
          ? []
          : [<option key={account} value={account} label={`${name} ${area}`} />],
      )}
    </datalist>
  );
};
