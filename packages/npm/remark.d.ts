import type { Root } from 'mdast';
import type { VFile } from 'vfile';

/** A remark plugin that draws fences named `sinet`. */
export default function sinet(options?: {
  /** The folder with sinet.lock.json; the current one by default. */
  docs?: string;
  /** Whether the tree of a file that is not called .mdx is MDX all the same; true by default. */
  mdx?: boolean;
}): (tree: Root, file?: VFile) => void;
