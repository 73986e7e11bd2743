/** Whether an MQTT topic filter (`+`, `#`) takes in a topic. Filters of the site file are trusted to be well formed. */
export const filterMatches = (filter: string, topic: string): boolean => {
  const wanted = filter.split("/");
  const given = topic.split("/");
  // MQTT 3.1.1, 4.7.2: a wildcard at the front does not take in topics of the server itself.
  if (given[0]?.startsWith("$") === true && (wanted[0] === "#" || wanted[0] === "+")) return false;
  for (const [index, part] of wanted.entries()) {
    if (part === "#") return true;
    if (index >= given.length || (part !== "+" && part !== given[index])) return false;
  }
  return wanted.length === given.length;
};

/** Whether everything the filter `inner` can take in is also taken in by `outer`: for subscriptions. */
export const filterCovers = (outer: string, inner: string): boolean => {
  const wide = outer.split("/");
  const narrow = inner.split("/");
  for (const [index, part] of wide.entries()) {
    if (part === "#") return true;
    const other = narrow[index];
    if (other === undefined || other === "#") return false;
    if (part !== "+" && part !== other) return false;
  }
  return wide.length === narrow.length;
};
