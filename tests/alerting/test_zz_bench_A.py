import time, numpy as np, pytest, requests
from mcreports.alerting.alerts import alerts
from mcreports.metrics import CATALOGUE
from mcreports.samples import Series
from mcreports.settings import Settings
OLD='100 * (sum by (tenant) (round(max by (tenant, status, operation_type) (({S} unless last_over_time({S}[1d] offset 6h) or increase({S}[6h]))))) or {E} * 0) / ({E} >= 100) < 99.9'
def ev(m): return 'sum by (tenant) (round(max by (tenant, status, operation_type) ((%s unless last_over_time(%s[1d] offset 6h) or increase(%s[6h])))))'%(m,m,m)
@pytest.mark.parametrize("kind",["prometheus","victoriametrics"])
def test_b(kind,start_server):
    s=start_server(kind); now=int(time.time())//60*60000
    n=8*1440
    out=[]
    ts=now-np.arange(n)[::-1]*60000
    for t in range(60):
        for st in ("success","failure"):
            for ty in range(4):
                out.append(Series({"__name__":"mc_autonomy_operations_total","tenant":f"T{t}","status":st,"operation_type":str(ty)},ts,np.arange(n,dtype=float)*(1 if st=="success" else 0.001)//1))
    t0=time.time(); s.load(out); print("load",time.time()-t0)
    if kind=="victoriametrics": requests.get(s.url+"/internal/force_flush")
    S='mc_autonomy_operations_total{status="success"}';E=ev('mc_autonomy_operations_total')
    old=f"100 * ({ev(S)} or {E} * 0) / ({E} >= 100) < 99.9"
    new=[a.expr for a in alerts(Settings(),CATALOGUE) if a.name in("TenantAutonomyFailureRate","TenantResidencyViolation")]
    for q in [old,*new,old,*new]:
        t0=time.time(); r=requests.get(s.url+"/api/v1/query",params={"query":q,"time":now/1000}); 
        print(kind,round(time.time()-t0,3),r.status_code,len(r.json().get("data",{}).get("result",[])),r.text[:150] if r.status_code!=200 else "")
