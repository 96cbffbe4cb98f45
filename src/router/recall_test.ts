import { assert, assertEquals } from "@std/assert";
import { recallCue } from "./recall.ts";

const recalling = [
  "what did I decide about the backup policy?",
  "What did we agree on for the release date",
  "when have I saved the tax forms",
  "which database did we choose and why?",
  "why did we finally settle on Postgres",
  "Where did I write down the server's address?",
  "how did we decide to split the work",
  "remind me what Anna said about pricing",
  "Remind me of my promise to Tom",
  "find my notes on the database migration",
  "search our meeting minutes for the budget",
  "look through my documents for the holiday rules",
  "what do my notes say about the dentist",
  "where in my files is the lease",
  "do I have any notes on Lisbon",
  "what do we know about this customer?",
];
const others = [
  "write a python function that parses dates",
  "what should I decide about my career",
  "how do I decide between two job offers",
  "explain the backup policy of postgres",
  "what did Napoleon decide about Russia",
  "write a note to my landlord",
  "turn my notes into a table: a, b, c",
  "what is in this picture",
  "what did I do wrong in this code?",
  "how did the war end",
  "remind me to call Tom tomorrow",
  "find the bug in my file reader",
  "why is my memory usage so high",
  "which files should I commit",
  "what do you know about Lisbon",
  "",
];

Deno.test("recallCue() names the words that ask for what was noted before", () => {
  for (const text of recalling) assert(recallCue(text) !== undefined, text);
  assertEquals(
    recallCue("Hello! What did I decide about backups?"),
    "What did I decide",
  );
});

Deno.test("recallCue() leaves other texts to the models", () => {
  for (const text of others) assertEquals(recallCue(text), undefined, text);
});

Deno.test("recallCue() takes no time over a text that is made to take long", () => {
  const start = performance.now();
  for (const part of ["what ", "my ", "did I ", "find my "]) recallCue(part.repeat(200_000));
  assert(performance.now() - start < 100);
});
