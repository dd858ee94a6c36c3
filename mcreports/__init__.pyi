from mcreports.workbench.names import Names
from mcreports.workbench.session import anomalies as anomalies
from mcreports.workbench.session import brush as brush
from mcreports.workbench.session import connect as connect
from mcreports.workbench.session import cost as cost
from mcreports.workbench.session import explain as explain
from mcreports.workbench.session import forecast as forecast
from mcreports.workbench.session import passport as passport
from mcreports.workbench.session import rates as rates
from mcreports.workbench.session import raw as raw

__version__: str
tenants: Names
catalogue: Names
