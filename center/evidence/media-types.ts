/** What evidence may be: told by its first bytes, never by its name or by what the sender says. */
export interface MediaType {
  readonly mediaType: string;
  readonly kind: "photo" | "voice" | "video";
  readonly ending: string;
}

/** Bytes needed to tell. */
export const headBytes = 16;
/** Largest file, bytes: a minute of a phone's video. */
export const evidenceBytesMax = 25 * 1024 * 1024;

export const mediaTypeOf = (head: Uint8Array): MediaType | undefined =>
  knownTypes.find(({ looksLike }) => looksLike(Buffer.from(head)))?.type;

const at = (head: Buffer, offset: number, text: string): boolean =>
  head.toString("latin1", offset, offset + text.length) === text;

/** Brands of ISO media files that phones and recorders write; a HEIC photo is none of them. */
const soundBrands = ["M4A ", "M4B "];
const filmBrands = [
  "isom",
  "iso2",
  "iso4",
  "iso5",
  "iso6",
  "mp41",
  "mp42",
  "avc1",
  "3gp4",
  "3gp5",
  "MSNV",
];
const hasBrand = (head: Buffer, brands: readonly string[]): boolean =>
  at(head, 4, "ftyp") && brands.some((brand) => at(head, 8, brand));

const knownTypes: readonly {
  readonly type: MediaType;
  readonly looksLike: (head: Buffer) => boolean;
}[] = [
  {
    type: { mediaType: "image/jpeg", kind: "photo", ending: "jpg" },
    looksLike: (head) => at(head, 0, "\u00FF\u00D8\u00FF"),
  },
  {
    type: { mediaType: "image/png", kind: "photo", ending: "png" },
    looksLike: (head) => at(head, 0, "\u0089PNG\r\n\u001A\n"),
  },
  {
    type: { mediaType: "image/webp", kind: "photo", ending: "webp" },
    looksLike: (head) => at(head, 0, "RIFF") && at(head, 8, "WEBP"),
  },
  {
    type: { mediaType: "audio/mp4", kind: "voice", ending: "m4a" },
    looksLike: (head) => hasBrand(head, soundBrands),
  },
  {
    type: { mediaType: "video/mp4", kind: "video", ending: "mp4" },
    looksLike: (head) => hasBrand(head, filmBrands),
  },
  {
    type: { mediaType: "audio/ogg", kind: "voice", ending: "ogg" },
    looksLike: (head) => at(head, 0, "OggS"),
  },
  {
    type: { mediaType: "audio/amr", kind: "voice", ending: "amr" },
    looksLike: (head) => at(head, 0, "#!AMR"),
  },
];
