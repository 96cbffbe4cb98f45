/** Does nothing: its start is the baseline of every other. */
export {};
