/** The 1024 words that two people compare: short, no two with the same first four letters or only one letter apart. */

export const WORDS: readonly string[] = `
abbey accent acorn acre active actor adobe adult aerial agate agent alarm album alcove alder alert algae alien
alley almond alpaca alpine amazon amber amulet anchor angle animal anthem anvil apple april apron arbor arch
arctic arena argon arrow artist ashes aspen atlas atom attic auburn august author autumn avenue avocado awake
award axle azure baby bacon badge bagel baker balcony ballad bamboo banjo banner barley basil basket bath bayou
beaver bedrock beehive beetle belt bench bicycle bingo birch bison blade blanket bleach blender bliss blossom blue
bluff board boat bobcat bonfire bonus book borrow boss bottle bowl boxer brass brave bread breeze brick bright
bronze brunch bubble bucket bugle bulb bumper bundle burger burlap bush butter bypass cabin cactus caddie cage
calm camel campus canal candle canoe canvas canyon carbon cargo carpet carrot cart cashew casino castle cedar
celery cello cement center chain chalk chapel charm chase cheese cherry chess chief choir chorus church cicada
cider cinema cipher circle citrus city clam clean clerk cliff climb clock closet cloud coach coast cobalt cobra
cocoa coffee coin collar colony column comet common cookie copper coral cosmos cotton cougar county course cousin
cover coyote crab cradle crane crater crayon credit crew crop crown cruise crumb cube cuckoo curry custom cycle
cymbal daisy dance danger data dawn debate decade degree delta denim depot deputy desert design desk detail device
dial diary direct disco dishes diver doctor domino donkey donut door double dove dozen dragon drawer dream drift
drill drive drum dryer duck dune dust dynamo eagle early earth easel east echo eclair edge editor effort elbow
eleven emblem empire encore energy engine enjoy entry epoch ermine errand escape essay estate ether exact exit
expert extra fable fabric fairy falcon fame family fancy farm faucet favor fence fern ferry fiddle field fifty
film final fire first fish fjord flag fleet flint float floor flower fluid foam focus folder follow foot forest
fork fossil found fresh friend fringe frog frost frozen fruit fudge fuel funnel future gadget galaxy gallop garage
garden garlic gather gecko genius gentle geyser ghost giant gift giggle ginger glad glass gleam glide globe glory
gnome goblet gold goose gourd grain grand grape gravel green grid grove guard guitar gulf guppy habit hail halo
hammer happy harp hawk hazard hazel heaven height helium helmet herb hermit heron hidden hiker hill hinge hippo
hobby hockey holly home honey honor hood hornet hotel house humble humor hunter hurdle husky hybrid hyena ibis
icicle idea igloo iguana image impala import inch income index indigo infant inlet inner input insect invent iron
island item itself ivory jacket jade jaguar jazz jeans jelly jersey jester jewel jigsaw joker juice jungle jury
kale karate kayak kebab keel kelp kennel kettle kidney kilt kindle king kiosk kite kiwi knob koala label lace
ladder lagoon lamb laptop large lark lasso latch laurel lava layer leader leaf league learn lefty legend lemon
lemur lens lentil letter lever lichen light lily lime limit linen link lion liquid little living lizard llama
locket lodge lotus lounge loyal lucky lumber lunar lunch lupine lute luxury lynx lyric magic magnet magpie major
mallet mango manual maple marble margin marine market marsh mascot mask meadow melon member memory mentor merit
mesa meteor method mighty mile mimosa minnow mint minute mirror mitten mobile model moment monday moon morsel
mosaic moth motor movie muffin mural muscle museum music myrtle nanny napkin nation nature navy nebula neck nectar
needle neon nephew nerve nest nickel nimble nine ninja noble nomad noodle normal north nose notice novel nugget
nurse nylon oasis object oblong oboe obtain ocean odor offer office often olive omega omelet onion onward onyx
opal opera option oracle orange orbit orchid order organ orient origin osprey otter ounce outfit oven oxbow oxygen
oyster paint palace panda panel papaya paper parade parcel parent pasta patio patrol peach peak peanut pebble
pecan pencil people pepper period person phone photo phrase piano pickle picnic pigeon pillow pilot pirate pizza
plain planet plate plaza pledge plenty plow plum pluto poem poetry polar polite pollen pond poppy porch potato
powder prism proud prune public puddle pulley pulse puma pupil puppet purple puzzle python quail quarry queen
quest quick quiet quill quiver quiz quota rabbit racer radar radio raft raisin rally ramp ranch random rapid
rattle raven razor rebel recipe record region relic rely remark remedy remote repair rescue resort result return
reveal reward rhino rhyme rhythm ribbon rice ridge rinse ripple ritual rival robin robot rodeo roof rope rotate
rubber ruby rudder ruler runway sack saddle safari saga salad salmon salt salute sample sand satin sauce scale
scarf school scout screen script scroll seal search season second secret seed select senior serene series seven
shadow shape shark sheep shelf shield shine ship shirt shock shoe shovel shower shrimp side sienna sierra signal
silent silk silver siren sister skate sketch skunk slice slogan sloth small smart smoke smooth snail snow soap
soccer social sodium sofa soil solid sonic sonnet source south space spear sphere spider spirit splash spoon sport
spring sprout spruce square squid stable staff stage stamp star stereo stick stone storm street strong style
subway sudden sugar sultan summer sunday sunset super supply surf sushi swan swift swim swing switch symbol syrup
system taco tailor talent talk tape target taste tavern taxi teacup team teapot teddy temple tender tennis tent
thank theory thorn thread thrift thumb ticket tidal tiger timber tissue titan title toad today token tomato tongue
topaz topic total toucan toward tower track trade trail tree trend tribe trophy trout trust truth tulip tulle tuna
tundra turkey turnip turtle tutor tuxedo twelve twenty twig twist tycoon ultra uncle under unique unit update
upland upper upset urban urchin useful usher usual utmost vacant vacuum valid vapor vase vault vector velvet
vendor verse vessel video view vigor violin viper virtue visit visual vital vivid vocal voice volume voter vowel
voyage waffle wagon walker walnut walrus waltz wasp water wealth well wheat wheel white wicker width wigwam wild
window winter wisdom wise wolf wombat wonder wool word wrap wren wrist writer xenon yacht yard yellow yoga yogurt
young zebra zenith zephyr zero zigzag zinc zipper zodiac zone
`
  .trim()
  .split(/\s+/);
