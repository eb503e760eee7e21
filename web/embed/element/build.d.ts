/** What `cargo xtask embed` writes into the scripts. */
declare const BUILD: {
  version: string;
  /** Name of a file → what it must hash to, as in the `integrity` attribute of HTML. */
  files: Record<string, string>;
  /** Name of a model → the hash of its manifest, and the size of all its files in bytes. */
  models: Record<string, { integrity: string; bytes: number }>;
};
