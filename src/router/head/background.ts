/**
 * Everyday texts of many kinds, written for this file: what a user's routes are usually not about.
 *
 * The gate learns from them how unlike a route a text can be. One that is close to a route's own
 * utterances is left out, for it may well belong there.
 *
 * @module
 */

/** The texts, one a line. */
const lines = `
who painted the ceiling of that famous chapel in rome
why do cats purr when they are stroked
explain how vaccines train the immune system
what is the difference between a lake and a pond
write a haiku about rust on an old bicycle
how many moons does saturn have
my neighbour's dog barks all night and i can't sleep
give me three names for a sailing boat
is a tomato a fruit or a vegetable
summarise the plot of a famous russian novel in two sentences
how do i sharpen a kitchen knife without a stone
what year did the berlin wall come down
refactor this function so that it has no side effects
the quick brown fox jumps over the lazy dog
can you recommend a good book on roman history
which planet has the longest day
tell me a story about a dragon who is afraid of fire
how tall is the tallest building in asia
what does entropy mean in thermodynamics
convert this paragraph into bullet points
i think the meeting went rather well yesterday
how are glaciers formed
draft a short speech for my sister's wedding
who invented the printing press
what is the capital of mongolia
why is the sky dark at night
fix the typo in the second line
how long should i boil an egg for a soft yolk
what are the rules of cricket
find the derivative of x squared times sine of x
which side won the football final last night
describe the taste of a mango to somebody who never had one
is it safe to swim after eating
what do penguins eat in winter
how do noise cancelling headphones work
hello there
good evening everyone
thanks a lot, that was helpful
asdf qwer zxcv
lorem ipsum dolor sit amet
what came first, the chicken or the egg
prove that the square root of two is irrational
my printer shows a red light and will not print
how do you say cheese in esperanto
what is the best way to learn to juggle
compare the economies of two small island states
how do magnets lose their strength
which vitamins are in spinach
who wrote the national anthem of france
when do tulips flower
how can i get a wine stain out of a carpet
what is the population of iceland
who discovered penicillin
why did the dinosaurs die out
how does a diesel engine differ from a petrol one
what is the plot of the film that won best picture
does my cat need a bath
how do i knit a scarf
what are some exercises for a stiff neck
list the prime numbers below fifty
what happened in the stock market crash of 1929
how high can a kangaroo jump
how do i repot an orchid
who is the president of brazil
what colour do you get from mixing blue and yellow
rewrite this email in a friendlier tone
can a magnetic field bend light
what is the oldest university in europe
how do bees make honey
where does the word salary come from
how do i train for a half marathon
should i paint the fence before or after winter
the server returned status 502 after the last deploy
write a regular expression that matches dates
why does my python loop never end
how do i centre a div in css
explain the difference between a process and a thread
write a sql query that counts users by month
what does this stack trace mean
generate unit tests for the parser class
how does public key cryptography work
which sorting algorithm is fastest for nearly sorted lists
translate this contract clause into plain language
what is the boiling point of nitrogen
how do i become an astronaut
what are the side effects of too much caffeine
who was the first woman to win a nobel prize
what is the meaning of life
do fish sleep
describe this picture for a blind reader
make the logo bigger and move it left
what is the average rainfall in the amazon
how do tides work
how old is the universe
which instruments are in a string quartet
how do you play the ukulele
what is a good name for a hamster
what is dark matter made of
how do i stop my glasses from fogging up
who won the battle of hastings
what breed of dog is best for a small flat
can i freeze cooked rice
how do i prune roses
what was the longest war in history
where are the spare fuses kept in this house
how is paper recycled
what is the heaviest metal
name a famous poem about autumn
how does a sewing machine make stitches
who directed the first science fiction film
how many bones are in a human hand
why do onions make you cry
how do i fold a paper crane
what happens to the body during sleep
what is the speed of sound under water
do plants feel pain
what is the difference between jam and marmalade
how do submarines sink and rise
what is a sonnet
who built the pyramids and how
what is the most spoken language in africa
i am bored, say something funny about elephants
how do volcanoes erupt
which country has the most lakes
what is the origin of halloween
how are pearls made
how do i get better at chess openings
what should i wear to a job at a bakery
how do wind turbines store power
why do leaves change colour
what is the legal voting age in austria
how do i read a topographic map
who holds the record for the marathon
what is gluten
how deep is the deepest ocean trench
what is the square root of 2025
do i need a visa for antarctica
which tree lives the longest
how does an abacus work
why do we yawn
how do you pronounce quinoa
what is the fastest land animal
how can i tell if a melon is ripe
what is the tax system of estonia like
which element has the symbol w
how do camels survive without water
what is jazz
who composed the four seasons
write a limerick about a forgetful wizard
which chess piece is worth most
how do i build a bird house
what is inflation and who causes it
how does photosynthesis work
is glass a liquid
what were the causes of the first world war
how do i remove a splinter
how does a refrigerator keep cold
what is the rarest blood type
what is quantum entanglement in simple words
who was the fastest swimmer at the last olympics
how do i clean suede shoes
what does a notary do
how long do tortoises live
what is the tallest mountain in the solar system
can you hear sound in space
how do i write a good cover letter
what does the fox say
why are flamingos pink
what is the difference between weather and climate science
how is chocolate made from beans
who painted sunflowers
what is the smallest country in the world
how do i keep squirrels off my bird feeder
what is the purpose of an appendix
how do solar panels turn light into current
how do you tie a bow tie
when was the telephone invented
what are black holes
how do crocodiles hunt
what is the difference between a violin and a viola
what is a leap second
who were the vikings
how do i grow tomatoes on a balcony
how does a compass know north
what is the history of the silk road
how do hot air balloons steer
what are the main exports of chile
what is an aurora
how do i whittle a spoon
how many players are in a water polo team
what makes popcorn pop
how do i descale a kettle
what is a palindrome
are bats blind
how does soap work
who was the last emperor of china
how do i start a podcast
what is the difference between butter and ghee
why do boats float
how do i solve a rubik's cube
what do the rings of a tree tell us
what is the tallest animal that ever lived
how does sonar find fish
which rivers flow north
pourquoi la mer est-elle salée
wie funktioniert ein kühlschrank
cuántos huesos tiene el cuerpo humano
quanti pianeti ci sono nel sistema solare
なぜ空は青いのですか
为什么猫会打呼噜
как работает двигатель самолёта
لماذا السماء زرقاء
आसमान नीला क्यों है
por que os gatos ronronam
12345 67890
???
please continue
no, not that one
and then what happened
okay
`;

/** Texts of no route in particular; give their vectors to the training. */
export const backgroundTexts: readonly string[] = lines.trim().split("\n");
