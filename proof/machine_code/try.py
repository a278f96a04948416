
import sys,time
from platforms import PLATFORMS
from binary import Binary
from machine import Machine
from induction import Induction
from refusal import Refused
import cycles
p=PLATFORMS[sys.argv[1]]; path=sys.argv[2]
try:
    b=Binary(path,p)
    t=time.time()
    m=Machine(p,b)
    i=Induction(m,b"pause 0.1.0\n")
    i.prove(); cycles.check(i.edges)
    print(p.name,'places',len(i.invariants),'edges',sum(map(len,i.edges.values())),'blocks',m.blocks,'depth',m.memory.lowest,'%.1f s'%(time.time()-t),'cpu %.1f'%time.process_time(), {pl.action for pl in i.invariants if pl.kind=='call' and pl.action[0]=='exit'}, flush=True)
except Refused as r:
    print('REFUSED',r, *getattr(r,'trace',[]),sep='\n   '); sys.exit(1)
