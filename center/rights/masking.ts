/** Personal data with stars in it, as everybody sees it until there is a reason to see more. */

/** 王秀英 → 王**: the family name serves to say whom one means, not who it is. */
export const maskName = (name: string): string => {
  const [first] = name.trim();
  return first === undefined ? "" : `${first}**`;
};

/** 13812345678 → 138****5678; a shorter number keeps its last two digits. */
export const maskPhone = (phone: string): string => {
  const digits = phone.replaceAll(/\D/g, "");
  return digits.length >= 11
    ? `${digits.slice(-11, -8)}****${digits.slice(-4)}`
    : `****${digits.length > 4 ? digits.slice(-2) : ""}`;
};
