import h5py, numpy as np, subprocess, sys, random
from safetensors.numpy import load_file
R='/work/main/.build/debug/armature-rlds'
bad=0; n=0
for seed in range(int(sys.argv[1]), int(sys.argv[2])):
    rnd=random.Random(seed); rng=np.random.default_rng(seed)
    p=f'/tmp/rh/f.hdf5'; T=rnd.choice([1,2,7,33,64,130])
    want={}
    with h5py.File(p,'w', track_order=rnd.random()<.3) as f:
        d=f.create_group('data/demo_0')
        d['actions']=rng.normal(size=(T,7)); want['steps/actions']=d['actions'][()]
        for k in range(8):
            rank=rnd.randint(0,4); shape=(T,)+tuple(rnd.choice([1,2,3,5,8,17,40]) for _ in range(rank))
            if np.prod(shape)>4e6: shape=(T,3)
            dt=rnd.choice(['u1','i1','<u2','>i2','<i4','>u4','<i8','>u8','<f2','<f4','>f4','<f8','>f8','?'])
            a=rng.integers(0,256,size=int(np.prod(shape))*np.dtype(dt).itemsize,dtype=np.uint8)
            if rnd.random()<.6: a//=64
            if dt=='?': a=(a&1)
            a=a.tobytes(); a=np.frombuffer(a,dt).reshape(shape)
            if a.dtype.kind=='f': a=np.nan_to_num(a.astype(a.dtype))
            kw={}
            if rnd.random()<.8:
                kw['chunks']=tuple(rnd.randint(1,s) for s in shape) if rnd.random()<.6 else True
                if np.prod(shape)/ (np.prod(kw['chunks']) if kw['chunks'] is not True else 1) >3000: kw['chunks']=True
                c=rnd.choice(['gzip','lzf',None])
                if c: kw['compression']=c
                if rnd.random()<.5: kw['shuffle']=True
                if rnd.random()<.3: kw['fletcher32']=True
                if rnd.random()<.2: kw['maxshape']=(None,)+shape[1:]
            try: ds=d.create_dataset(f'obs/x{k}',shape=shape,dtype=a.dtype,**kw)
            except Exception as e: print(seed,e); continue
            if rnd.random()<.15 and shape[0]>2: ds[:shape[0]//2]=a[:shape[0]//2]   # the rest keeps the fill value
            else: ds[...]=a
            want[f'steps/obs/x{k}']=ds[()]
    o='/tmp/rh/o.safetensors'
    r=subprocess.run([R,'dump',p,'--episode','0','--out',o,'--quiet'],capture_output=True,text=True)
    if r.returncode: print(seed,r.stderr.strip()); bad+=1; continue
    got=load_file(o)
    for k,w in want.items():
        n+=1
        g=got.get(k)
        if g is None: 
            print(seed,k,'missing',w.shape,w.dtype, [x for x in got if x.startswith(k)]); bad+=1; continue
        w=w.astype(w.dtype.newbyteorder('='))
        if g.shape!=w.shape or g.dtype!=w.dtype or g.tobytes()!=w.tobytes(): print(seed,k,'differs',g.shape,w.shape,g.dtype,w.dtype); bad+=1
print('compared',n,'bad',bad)
