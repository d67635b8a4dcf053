import { shard } from "./Shard.ts"

shard(3)
