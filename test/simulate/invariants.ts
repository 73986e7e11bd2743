/** The design's invariants, and what a story checks of each; printed with every run. */
export const invariants: readonly string[] = [
  "1 buzzer first: after every message and step each buzzer does what the bare rules say, whatever the disk does",
  "2 written before answered: on the card before its PUBACK and before it is sent as durable; gas and CO leave within 3 s of a line",
  "3 nothing forgotten: no record counts as confirmed that the center has not committed; at the end all are there and settled",
  "4 no holes: numbers and hash chain after every commit; at the end the desk misses none",
  "5 silence is not normal: what is shown is what is judged, and normal only what was heard within its limit",
  "6 no timer clears: gas and CO return only after something was heard; the desk's condition is the rules'",
  "7 unpaid never unprotected: not here, as nothing in the street reads money (ARCHITECTURE.md)",
  "8 one alarm an episode: no event happens, is written, sent or taken in that the rules do not know, none is shown twice",
  "9 time: order and durations under jumps, boots in 1970 and drift; at the end what can be dated rightly is",
  "10 test is not real: the drill's mark on the wire and at the desk, events told as they were judged",
  "11 numbers have a source: not here, see the tests of rules/limits",
];
