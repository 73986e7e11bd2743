/** Paths are `/district/street/community/grid/`: the community an area lies in, or the area itself. */
export const communityOf = (area: string): string => {
  const parts = area.split("/").filter((part) => part !== "");
  return parts.length <= 3 ? area : `/${parts.slice(0, 3).join("/")}/`;
};
