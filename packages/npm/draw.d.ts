/** A fence whose figure is to be drawn. */
export interface Fence {
  /** html by default. */
  form?: 'html' | 'vue' | 'mdx' | 'svg' | 'latex' | 'text';
  /** The words after the fence's `sinet`. */
  words?: string;
  /** The content of the fence. */
  text: string;
  /** The folder with sinet.lock.json; the current one by default. */
  docs?: string;
  /** The file and line of the fence, for messages. */
  file?: string;
  line?: number;
}

/** Draws a figure. Throws an error of one sentence if there is none. */
export function draw(fence: Fence): { figure: string; live: boolean };
